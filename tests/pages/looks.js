// What can be said of how a page looks, as an object of questions; each answers with what is wrong.
({
  /** Texts whose contrast to what is painted below them is less than it should be. */
  faint(text, large) {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
    const up = function* (element) {
      for (let each = element; each; each = each.parentElement) yield getComputedStyle(each);
    };
    const light = (colour) => {
      const [r, g, b] = colour.map((each) => each / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint = [];
    for (const element of document.querySelectorAll("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      if (!own || element.closest("[aria-hidden], :disabled") || !element.checkVisibility()) continue;
      const styles = [...up(element)];
      const opacity = styles.reduce((all, each) => all * Number(each.opacity), 1);
      if (opacity === 0) continue;  // Shown when pointed at, and looked at then.
      const ground = styles.toReversed().reduce((below, each) => over(rgba(each.backgroundColor), below), [255, 255, 255]);
      const [r, g, b, a] = rgba(styles[0].color);
      const shades = [light(over([r, g, b, a * opacity], ground)), light(ground)];
      const contrast = (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05);
      const size = parseFloat(styles[0].fontSize);
      const least = size >= 24 || (size >= 18.66 && Number(styles[0].fontWeight) >= 700) ? large : text;
      if (contrast >= least) continue;
      faint.push(`${element.tagName} ${element.className}: "${element.textContent.trim().slice(0, 30)}" ${contrast.toFixed(2)}`);
    }
    return faint;
  },

  /** Controls that show, and have no name for who cannot see them. */
  nameless() {
    const named = (each) => {
      const labels = [...(each.labels ?? [])].map((label) => label.textContent).join("");
      const own = ["INPUT", "SELECT", "TEXTAREA"].includes(each.tagName) ? "" : each.textContent;
      return (labels + own + (each.getAttribute("aria-label") ?? "")).trim() !== "";
    };
    return [...document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")]
      .filter((each) => each.checkVisibility() && !named(each))
      .map((each) => each.outerHTML.slice(0, 120));
  },

  /** What is wider than its place; a block of code may scroll within itself. */
  wide() {
    return [document.documentElement, ...document.querySelectorAll("body, .scroll, .guide, .places, .card")]
      .filter((each) => each.scrollWidth > each.clientWidth + 1)
      .map((each) => `${each.tagName} ${each.className}`);
  },
})
