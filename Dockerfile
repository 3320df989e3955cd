# Hearth in a container: build with `docker build -t hearth .`; docs/operating.md says how to run it.
FROM python:3.12-slim AS libraries
COPY requirements.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp HOST=0.0.0.0 PORT=8080
RUN useradd --system --user-group --uid 10001 --home-dir /hearth --shell /usr/sbin/nologin hearth \
 && install -d -o hearth -g hearth -m 0700 /hearth/data
WORKDIR /hearth
COPY --from=libraries /opt/venv /opt/venv
COPY LICENSE ./
COPY bot bot
COPY adapters adapters
COPY storage storage
COPY prompts prompts
USER hearth
VOLUME /hearth/data
EXPOSE 8080
# Ready, and not only alive: the answer comes within two seconds, whatever is stuck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
# Its first process is told to end, and ends within five seconds.
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run", "--production"]
