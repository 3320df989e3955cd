"""How people would have a language model do or write something, in the languages that they may try.

All is written as it is looked for: in small letters and without accents.
"""

# What is written of them, and who or what writes or reads it.
_PAPER = (
    r"(?:summar(?:y|ies)|digests?|overviews?|recaps?|round-?ups?|write-?ups?|synopsis|abstracts?|"
    r"reports?|notes|"
    r"bulletins?|briefings?|minutes|lists?|highlights|tl;?dr|conclusions?)"
)
# What is about no other thing than what is asked of a model.
_ANSWER = r"(?:outputs?|responses?|repl(?:y|ies)|answers?|json|(?:first |last |next )?sentences?)"
_MODEL = (
    r"(?:ai|a\.i\.|llms?|gpt|chat ?gpt|claude|gemini|copilot|(?:language |large language )?models?|"
    r"(?:ai )?assistants?|(?:chat|digest |summary )?bots?|summari[sz]ers?|machines?|algorithms?|agents?)"
)
_SAY = (
    r"(?:say|state|write|mention|claim|conclude|declare|announce|report|note|describe|list|lead|begin|"
    r"start|open|"
    r"end|include|add|insert|put|tell|stress|highlight|emphasi[sz]e|praise|thank|recommend|read|print|output|"
    r"repeat|sum up|summari[sz]e|portray|portrait|quote|cite|only)"
)
_SAYS = (
    r"(?:says|states|writes|mentions|claims|concludes|declares|announces|reports|notes|describes|lists|leads|"
    r"begins|starts|opens|ends|includes|adds|puts|tells|stresses|highlights|emphasi[sz]es|praises|thanks|"
    r"recommends|reads|contains|shows)"
)
_MUST = (
    r"(?:must|should|shall|has to|have to|had better|needs? to|ought to|is to|are to|is (?:supposed|required|"
    r"expected|obliged) to|are (?:supposed|required|expected|obliged) to|will|may only|can only)"
)
_COMPILE = (
    r"(?:compil|summari[sz]|sum(?:s|ming)? up|condens|recap|prepar|assembl|collect|gather|writ|draft|digest|"
    r"read|process|analy[sz]|edit|put(?:s|ting)? together|mak|creat|produc|generat)(?:e?s|ing|es)?"
)
_THESE = r"(?:this|these|those|the|that|our|your|any|every|each|such|all)"
_NOT_PAPER = r"(?!\s+(?:notes|page|of changes))"

ENGLISH = (
    # Set aside what it was told.
    r"(?<!n't )(?<!never )(?<!not )\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|override|bypass|overrule)\b"
    r"(?: all| any| every| each)?(?: of)?(?: (?:your|its|the|these|those|all|any|my)\b.{0,30}?| "
    r"previous| prior| above| "
    r"earlier| other| existing| given| system| old| such)?\s+(?:instructions|(?:system )?prompts?|"
    r"guidelines|directives|"
    r"(?:previous |prior |given |system )instruction)\b(?<!reboot prompt)",
    r"\b(?:ignore|disregard|forget|bypass|overrule)\b(?: all| any| every| each)?(?: of)?(?: your| the| "
    r"these| those| "
    r"all)?(?: previous| prior| above| earlier| other| existing| given| system| old)*\s+(?:rules|"
    r"orders|directions|"
    r"commands|programming|training)\b",
    r"(?<!n't )(?<!never )\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|whatever|"
    r"what)\b(?! (?:i|we)\b).{0,25}"
    r"\b(?:above|before|previous(?:ly)?|prior|earlier|so far|else|told|said)\b",
    r"\b(?:ignore|disregard|forget) (?:all|everything|the rest|the above|the others?|what was)\b.{0,30}"
    r"\b(?:and|instead|then|just|only)\b.{0,10}\b(?:say|write|state|tell|report|output|print|claim|"
    r"answer|reply)\b",
    # Be another, or show what it was told.
    r"\b(?:system|developer|hidden|secret)\s+(?:prompts?|instructions?)\b",
    r"\b(?:reveal|print|repeat|show|leak|output|disclose|tell me)\b.{0,25}\b(?:your|the|all|any|hidden|"
    r"initial)\b.{0,12}"
    r"\b(?:prompts?|instructions|api[ _-]?keys? you|secrets you|rules you)\b",
    r"\bprint the api keys\b|\bwords above\b.{0,30}\b(?:starting|beginning)\b",
    r"\b(?:you are|you're) (?:now |from now on |henceforth )(?:an? |the )?"
    rf"(?:dan|evil|free|jailbroken|unrestricted|{_MODEL})\b",
    r"\b(?:act as|pretend to be|behave as|behave like|role-?play as|from now on,? you(?:'re| are| will)?)\s+"
    rf"(?:if you were )?(?:an? |the )?(?:dan|jailbroken|unrestricted|{_MODEL})\b",
    r"\b(?:jailbreak(?:ed|en)?:|prompt injection:|developer mode (?:on|enabled)|dan mode)",
    r"\b(?:new|updated|real|actual|following|next) (?:instructions?|tasks?|orders?|rules?)\s*:\s*\S",
    r"\byour (?:new|real|actual|only|true|next) (?:task|job|goal|purpose|instructions?|orders?|role) "
    r"(?:is|are|now)\b",
    # Said to it by name.
    r"\b(?:as an? |dear |attention,? (?:to )?|note (?:to|for) (?:the |any |every |our )?|message (?:to|"
    r"for) (?:the |any )?"
    r"|memo to (?:the )?|instructions? (?:to|for) (?:the |any )?)(?:ai|a\.i\.|llms?|language models?|large "
    r"language models?|ai assistants?|assistants?|summari[sz]ers?|chat ?gpt|gpt|claude|model|bot)\b(?! "
    r"(?:pro|plan))",
    rf"(?:^|[.!?:;,\n(]\s*)(?:hey |hi |hello |dear |ok |okay |yo |psst |attention |@)?(?:the |our |my |"
    rf"any )?{_MODEL}"
    r"\s*[,:!\-\u2013\u2014]+\s*(?:please |now |just |kindly |always |you (?:must|should|have to|will|"
    r"shall) )*"
    r"(?:say|write|state|report|mention|include|add|put|tell|claim|conclude|treat|mark|ignore|note|"
    r"lead|begin|"
    r"start|only|describe|praise|thank|repeat|output|print|summari[sz]e|leave|skip|drop|omit|forget|"
    r"disregard|"
    r"pretend|act|make sure|be sure|remember)\b",
    rf"\b(?:the|our|this|any|every|each|your|an|a) (?:ai|a\.i\.|llm|gpt|(?:language |large language "
    rf")?model|(?:ai )?"
    rf"assistant|(?:chat|digest |summary )?bot|summari[sz]er)s? (?:that |which |who "
    rf")?.{{0,40}}\b{_MUST} (?:now |only |"
    r"also |please |then |always |therefore )*(?:say|state|write|mention|claim|conclude|declare|"
    r"announce|describe|"
    r"summari[sz]e|praise|stress|emphasi[sz]e|tell (?:them|everyone|everybody|people|the (?:team|"
    r"readers?)))\b",
    # Said to whoever writes or reads what is made of it.
    r"\b(?:who(?:ever|soever)|whatever|any(?:one|body)(?: who)?|someone who|everyone who|those who|"
    r"(?:the|dear|any) "
    rf"(?:one|person|people|reader|author|editor|writer|colleague)s?(?: who| that)?)\s+(?:\w+ "
    rf"){{0,2}}{_COMPILE}\b"
    rf"(?: \w+){{0,2}}? (?:(?:{_THESE}|it)\b|{_PAPER}).{{0,40}}?\b(?:{_MUST}|please|{_SAYS}|{_SAY})\b",
    rf"\bwhoever {_COMPILE} {_THESE}(?: \w+){{0,2}}\s*:",
    r"\b(?:important|essential|crucial|vital|necessary|required|imperative|mandatory|key) (?:that|for) "
    r"(?:\w+ ){0,3}?"
    rf"{_PAPER} (?:to |\w+ )?(?:{_SAYS}|{_SAY})\b",
    rf"\b(?:if|when|while|once|as|before|after) (?:you(?:'re| are|'ll| will)? |it |they |somebody |"
    rf"someone |asked to )?"
    rf"(?:sum(?:s|ming)? (?:this|these|it|all|everything|up)|summari[sz](?:e|es|ing)|recap(?:s|ping)?|"
    rf"condens(?:e|es|ing)"
    rf"|compil(?:e|es|ing) (?:{_THESE} )?(?:\w+ )?(?:{_PAPER}|messages|"
    rf"feedback))\b.{{0,60}}\b(?:{_SAY}|{_MUST}|"
    rf"notify|link)\b",
    # What is to stand in what it writes.
    rf"\b(?:the|this|your|our|every|any|that) (?:{_PAPER}|weekly {_PAPER}|{_ANSWER}) (?:\w+ ){{0,3}}?"
    r"(?:must|should|shall|has to|have to|had better|needs? to|ought to|is to|are to|will) "
    r"(?:now |only |also |then |always |first |clearly |therefore |just )*"
    r"(?:say|state|mention|claim|conclude|declare|announce|describe|lead with|begin with|start with|"
    r"open with|end "
    r"with|tell|stress|highlight|emphasi[sz]e|praise|thank|recommend|read)\b",
    r"\b(?:make|be) (?:very |quite )?sure (?:that |to |you |it )*(?:\w+ ){0,4}?"
    rf"(?:{_THESE} )?(?:\w+ )?{_PAPER} (?:{_SAYS}|reads)\b",
    r"\b(?:make|be) (?:very |quite )?sure (?:to |you |that you )(?:only |also |always |then )*(?:say|"
    r"state|write|claim|"
    r"conclude|declare|announce|report|stress|emphasi[sz]e)\b(?: that|:|,)",
    r"\b(?:in|for|into|at the (?:top|start|beginning|end) of|as part of) (?:the|your|this|every|any|"
    r"each) (?:weekly |"
    r"daily |next |final |whole )?(?:summary|digest|recap|overview|round-?up|synopsis|tl;?dr|report|"
    r"notes|briefing)"
    r"[,:]?\s+(?:please |only |just |always |also |you (?:must|should|have to) )*(?:say|state|write|"
    r"claim|conclude|"
    r"declare|announce|thank|praise|put|add|tell|describe|stress|emphasi[sz]e|report|mention|include)\b",
    r"(?:^|[.!?:;,\n]\s*|\bplease |\bmust |\bshould |\bto |\band |\bwill )(?:say|state|write|claim|"
    r"declare|announce|"
    r"thank|praise|put|add|insert|mention|include|place|link|highlight|report)\b.{0,80}\b(?:in|into|to|"
    r"at the (?:top|"
    r"start|beginning|end) of) (?:the|your|this|every|each) (?:weekly |daily |next |final )?(?:summary|"
    r"summaries|digests?|"
    r"recap|round-?up|synopsis|briefing)\b(?! (?:page|field|table|section|view))",
    r"(?:^|[.!?:;\n]\s*)(?:please |now |simply |kindly |always |instead,? |then,? |just )*(?:write|"
    r"state|report|claim|"
    r"conclude|declare|announce|summari[sz]e|stress|emphasi[sz]e|record|put down|tell (?:them|everyone|"
    r"everybody|people|"
    r"the readers?|the (?:product )?team|management))(?: that|:) \w+",
    rf"\b(?:the|your) (?:first|last|opening|only|final) (?:sentence|bullet)s? (?:of (?:the|your|it) "
    rf".{{0,15}})?{_MUST}\b",
    r"(?:^|[.!?:;\n]\s*|\bplease |\bmust |\byou should )(?:begin|start|open|lead|end|finish|close) "
    r"(?:it |off |up |the \w+ |"
    r"your \w+ )?with (?:the (?:words?|sentence)\b|[\"'\u201c:])",
    r"\b(?:mark|treat|count|classify|label|rate|judge|file)\b.{0,30}\bas\s+(?:answered|resolved|solved|"
    r"praise|a bug report|"
    r"(?:not |no )(?:a )?question|harmless)\b",
    r"\b(?:numbers?|items?|messages?|no\.?) \d+ (?:answers?|solves?|settles?) (?:it|this|that|the)\b",
    r"\b(?:notify|ping|alert|mention|tag)\s+@?(?:everyone|everybody|the (?:whole )?channel)\b",
    r"(?<!to )(?<!just )\b(?:respond|answer|reply|output|say)\b\s+(?:only(?: with| as)?\s*[:\"'\u201c]|"
    r"exactly\s*[:\"'\u201c]|(?:only |exactly )?"
    r"(?:with )?(?:nothing but|the words?\b|verbatim)|only with\b|only: )",
    r"\boutput exactly\b|\bsay only\b\s*[:\"']",
    r"\b(?:do not|don't|never)\s+(?:summari[sz]e|obey|cite)\b",
    r"\bdo not follow (?:your|the|any) (?:instructions|rules|guidelines|prompts?)\b",
)
SIGNS = (
    r"<\|.{0,30}\|>|\[/?inst\]|\[/(?:system|user|assistant)\]|\[(?:system|assistant)\]\s*:|<</?sys>>",
    r"</?(?:system|assistant|instructions?|prompt|sys|im_start|im_end|admin)>",
    r"^\s*#{0,3}\s*(?:system|assistant)\s*:\s*\w",
    # What looks like an answer in the shape of one, or like what a model is given.
    r"[\"'\u201c\u201d]?\b(?:cites|sentences|wants_an_answer)\b[\"'\u201c\u201d]?\s*[:=]\s*[\[{\"'\u201c]",
    r"\{\s*[\"'\u201c](?:text|kind|quote|number|items|answers|section|words|after|role|summary|digest)"
    r"[\"'\u201d]\s*:\s*(?:[\[{]\s*[\"'\u201c{]|[\"'\u201c])[^\"\u201d}]*\s[^\"\u201d}]*\s",
    r"[\"'\u201c](?:role)[\"'\u201d]\s*:\s*[\"'\u201c](?:system|user|assistant|developer)\b",
)


def _of(
    ignore: str, rules: str, paper: str, must: str, say: str, whoever: str, model: str
) -> tuple[str, ...]:
    """Return the same families in another language, which puts spaces between words."""
    begins = r"(?:^|[.!?:;,\n]\s*)"
    return (
        rf"\b(?:{ignore})\b.{{0,40}}\b(?:{rules})",
        rf"\b(?:{paper})\b.{{0,30}}\b(?:{must})\b.{{0,20}}\b(?:{say})",
        rf"\b(?:{must})\b.{{0,20}}\b(?:{say})\b.{{0,40}}\b(?:{paper})\b",
        rf"\b(?:{say})\b.{{0,50}}\b(?:en|dans|in|im|ins|no|na|a|au|ao|zu|zum) (?:el|la|le|les|los|las|"
        rf"die|das|den|der|dem|"
        rf"o|os|as|um|uma|un|una|une|su|tu|ton|votre|deine?r?|ihrer?|seu|sua|este|esta|cet|cette|"
        rf"diese[rnm]?)?\s?"
        rf"(?:{paper})\b",
        rf"\b(?:en|dans|in|im|ins|no|na) (?:el |la |le |los |l'|der |die |dem |deiner |deinem |ihrer |"
        rf"tu |su |ton |"
        rf"votre |seu |sua |diese[rm] )?(?:{paper})\b.{{0,15}}\b(?:{say})",
        rf"\b(?:{whoever})\b.{{0,60}}\b(?:{must}|{say})",
        rf"{begins}(?:hey |hallo |hola |oye |salut |ola |lieber? |querid[oa] |cher |chere "
        rf")?(?:{model})\s*[,:!]+.{{0,20}}"
        rf"\b(?:{say})",
        rf"\b(?:el|la|le|los|der|die|das|o|a|un|una|une|ein|eine|"
        rf"l')\s?(?:{model})\b.{{0,20}}\b(?:{must})\b.{{0,20}}"
        rf"\b(?:{say})",
    )


SPANISH = _of(
    r"ignor[ae]n?|olvid[ae]n?|olvidate|desobedec\w+|pas[ae] por alto|descart[ae]n?|no sigas",
    r"instruccion|indicacion|reglas?\b|ordenes|todo lo anterior|lo anterior",
    r"resumen(?:es)?|informes?|boletin|notas|lista|recopilacion|reporte",
    r"debe(?:n|ria|rian)?|tiene(?:n)? que|ha(?:n)? de|asegurate de|asegurese de|hay que|por favor",
    r"di(?:ga|gan|ce|cen|r)?\b|escrib\w+|mencion\w+|inclu\w+|pon(?:ga|er|gan|en|e)?\b|afirm\w+|anad\w+|"
    r"informe que|empie\w+|"
    r"conclu\w+",
    r"quien(?:quiera)?(?: que)? (?:lea|escriba|resuma|redacte|compile|prepare|haga)|quien (?:lee|"
    r"escribe|resume|redacta|"
    r"compila|prepara|hace) est\w+",
    r"asistente|modelo|bot|ia|inteligencia artificial|chatgpt|gpt",
)
FRENCH = _of(
    r"ignore[rz]?|ignorons|oublie[rz]?|neglige[rz]?|ne tiens pas compte|ne tenez pas compte|fais abstraction",
    r"instruction|consigne|regles|directives|ce qui precede|tout ce qui",
    r"resumes?|comptes?[- ]rendus?|rapports?|syntheses?|bulletin|notes|liste|recapitulatif|digest",
    r"doi(?:t|s|vent)|devr\w+|devez|faut|assure[- ]toi de|assurez[- ]vous de|veille[rz]? a|merci de|veuillez",
    r"dire|dis\b|dites|disent|ecri\w+|mentionn\w+|inclu\w+|indiqu\w+|affirm\w+|ajout\w+|commenc\w+|"
    r"conclu\w+|mett\w+|mets",
    r"(?:quiconque|celui qui|celle qui|ceux qui|la personne qui|qui que ce soit qui) (?:lit|lira|"
    r"lisent|ecrit|resume|redige|"
    r"compile|prepare|fait)",
    r"assistant|modele|bot|ia|intelligence artificielle|chatgpt|gpt",
)
GERMAN = _of(
    r"ignorier\w*|vergiss|vergesst|missachte\w*|uebergehe?|umgehe|ubergehe?",
    r"anweisung|anleitung|vorgaben?\b|(?:alle|deine|die|vorherigen|obigen) regeln|befehle|alles "
    r"bisherige|alles vorherige|"
    r"alles oben|alles davor",
    r"zusammenfassung(?:en)?|bericht(?:e|s)?|uberblick|ubersicht|notizen|liste|protokoll|rundbrief|"
    r"digest|report",
    r"muss|mussen|soll|sollen|sollte|sollten|hat zu|haben zu|achte darauf|stell sicher|stelle sicher|bitte",
    r"sag(?:e|en|t|st)?\b|schreib\w*|erwahn\w+|behaupt\w+|nenn\w+|aufnehm\w+|beginn\w+|mit ?teil\w+|"
    r"feststell\w+|"
    r"betonen?|hervorheben|stehen\b|festhalten",
    r"wer (?:auch immer )?(?:das|dies|diese|diesen|die|den)\b.{0,30}(?:zusammenfasst|zusammenstellt|"
    r"schreibt|erstellt|"
    r"verfasst|liest)",
    r"assistent(?:in)?|sprachmodell|modell|bot|ki|kunstliche intelligenz|chatgpt|gpt",
)
PORTUGUESE = _of(
    r"ignor[ea]m?|ignorar|esquec[ae]m?|desconsider[ea]m?|descart[ea]m?",
    r"instruc|instrucoes|regras|orientac|ordens|tudo (?:o que|acima|antes)|o que esta acima",
    r"resumos?|relatorios?|boletim|notas|lista|sintese|recapitulacao",
    r"deve(?:m|ria|riam)?|tem que|tem de|precisam?|certifique-se de|garanta que|por favor",
    r"diga(?:m)?|dizer|diz\b|escrev\w+|mencion\w+|inclu\w+|afirm\w+|adicion\w+|coloqu\w+|comec\w+|"
    r"conclu\w+|acrescent\w+",
    r"quem (?:quer que )?(?:leia|ler|escreva|escrever|resuma|resumir|compile|compilar|prepare|preparar|"
    r"redigir|fizer)",
    r"assistente|modelo|bot|ia|inteligencia artificial|chatgpt|gpt",
)
CHINESE = (
    r"(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要理會|不理会|跳过|跳過|违反|違反).{0,20}(?:指令|"
    r"指示|提示|规则|規則|命令|要求|设定|設定|以上|之前|前面|上述|上面)",
    r"(?:摘要|总结|總結|报告|報告|汇总|匯總|概述|简报|簡報|周报|週報|纪要|紀要|列表|综述|"
    r"綜述).{0,12}(?:必须|必須|应该|應該|应当|應當|需要|务必|務必|一定要|只能|要).{0,8}"
    r"(?:写|寫|说|說|提到|提及|包含|包括|声明|聲明|指出|强调|強調|注明|加上|加入|输出|輸出|称|稱)",
    r"(?:请|請|必须|必須|应该|應該|务必|務必|一定要|确保|確保).{0,10}(?:在|把|将|將).{0,20}(?:摘要|"
    r"总结|總結|报告|報告|汇总|匯總|概述|简报|簡報|周报|週報|纪要|紀要|综述|綜述)",
    r"(?:确保|確保|保证|保證|务必|務必|记得|記得).{0,10}(?:摘要|总结|總結|报告|報告|汇总|匯總|概述|"
    r"简报|簡報|周报|週報|纪要|紀要)",
    r"在(?:你的|您的|这份|這份|本|该|該)?(?:摘要|总结|總結|报告|報告|汇总|匯總|概述|简报|簡報|周报|"
    r"週報|纪要|紀要)(?:中|里|裡|裏).{0,6}(?:写|寫|说|說|提到|声明|聲明|指出|强调|強調|加上|加入)",
    r"(?:谁|誰|任何人|无论谁|無論誰|不管谁).{0,10}(?:整理|编写|編寫|撰写|撰寫|总结|總結|汇总|匯總|阅读|"
    r"閱讀|读到|讀到).{0,20}(?:必须|必須|应该|應該|请|請|要|都).{0,10}(?:写|寫|说|說|提到|声明|聲明)",
    r"(?:助手|模型|机器人|機器人|人工智能|大模型|ai|gpt|chatgpt)[，,：:！!]\s*(?:请|請|"
    r"你)?.{0,10}(?:写|寫|说|說|输出|輸出|声明|聲明|回复|回覆|忽略)",
    r"你(?:现在|現在)是(?!不是|否).{0,12}(?:助手|模型|机器人|機器人|人工智能|dan|ai)",
    r"只(?:需|要|能|可)?(?:输出|輸出|回复|回覆|回答)\s*[：:“\"a-z]|(?:系统|系統)(?:提示词|提示詞|"
    r"提示语|指令)",
)
JAPANESE = (
    r"(?:指示|命令|プロンプト|ルール|規則|指図|上記|以前|これまで|今まで).{0,15}(?:無視|忘れ|従わな|破棄)",
    r"(?:無視|忘れ).{0,6}(?:して|て).{0,20}(?:書|言|出力|答え|述べ)",
    r"(?:要約|まとめ|報告書?|レポート|概要|ダイジェスト|議事録|一覧|リスト|サマリー?).{0,20}(?:書いて|"
    r"書け|書く(?:こと|べき|よう)|記載(?:して|する(?:こと|べき|よう)|せよ)|"
    r"述べ(?:て|よ|る(?:こと|べき|よう))|言って|言え|言う(?:こと|べき|よう)|含め(?:て|る(?:こと|べき|"
    r"よう))|入れ(?:て|る(?:こと|べき|よう))|"
    r"触れ(?:て|る(?:こと|べき))|強調して|追加して)",
    r"(?:まとめ|要約し|編集し|作成し|読)(?:る|た|んだ|む|ている)?(?:人|方|者|ひと).{0,20}(?:書|述べ|言|"
    r"記載|含め|伝え).{0,10}(?:こと|べき|ください|下さい|なさい|必要|ます|る)",
    r"(?:アシスタント|モデル|ボット|人工知能|ai|gpt|chatgpt)(?:さん|へ|よ|は)?[、,：:！!].{0,20}(?:書|"
    r"言|述べ|出力|答え|無視)",
    r"(?:あなた|君|お前)は(?:今から|これから|もう)?.{0,10}(?:アシスタント|モデル|ボット|人工知能|dan|"
    r"ai)(?:です|だ|として|になり)",
    r"(?:だけ|のみ)(?:を)?(?:出力|回答|返答)(?:して|せよ|しろ)|システムプロンプト",
)
PATTERNS = (*ENGLISH, *SIGNS, *SPANISH, *FRENCH, *GERMAN, *PORTUGUESE, *CHINESE, *JAPANESE)
