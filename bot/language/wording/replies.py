"""How people thank, report back, take back, join in, pass, ask back and suggest, after a question."""

import re

from bot.language.cues import cue

ADVANCE = re.compile(r"in advance|thanks? for (?:any|reading)")
THANKS = cue(
    "thanks",
    0,
    "thanks thank thankyou thx thnx tnx tks thks thanx ty tyvm cheers gracias merci danke arigato "
    "appreciate appreciated lifesaver "
    "awesome perfect great excellent brilliant cool worked works work helps helped helpful trick what "
    "nice sweet amazing fantastic wonderful",
    r"(?:many |much )?(?:thanks|thank you|thankyou|thank u|thx|thnx|tnx|tks|thks|thanx|ty|tyvm|cheers|"
    r"gracias|merci|danke)",
    r"(?:really |much |very )?appreciate(?:d)?(?: it| that| this| the| your| you)?",
    r"lifesaver|(?:that's|that is|thats|this is|just) (?:exactly |just |precisely )?what i (?:am|was|"
    r"needed|need|want|wanted|had)",
    r"^(?:ok |oh |ah |yes |yeah |that's |that is |thats |this is |it's |super |so |very )*(?:awesome|"
    r"perfect|great|excellent|brilliant|sweet|amazing|fantastic|wonderful|very helpful|helpful)(?:,|!|"
    r"\.| |$)",
    r"(?:that|this|it|which|both|yes|yeah|yep|all|everything) (?:\w+ )?(?:worked|works|did it|"
    r"did the trick|helps|helped|fixed it|solved it|was it|solves it|fixes it|does it|"
    r"makes sense)(?! (?:for me|on|in|when|if|with|only|but|until|fine (?:on|in|when|with)|except))",
    r"^(?:worked|works|it's working|working now|works now|got it working)(?: now| perfectly| fine|"
    r" great| like a charm)?[.! ]*$",
    r"(?:works|worked) (?:now|perfectly|great|like a charm|for me now)",
)
STILL = cue(
    "says it still does not work",
    0,
    "still not doesn't didn't dont don't isn't can't cant cannot no nothing same error errors fails "
    "failed failing unfortunately but neither again won't wont",
    r"still (?:not|no|doesn't|does not|doesnt|isn't|can't|cant|cannot|get|gets|getting|the same|having|"
    r"have|fails?|failing|broken|shows?|says?|nothing|same|won't|stuck|happening|happens|seeing|see|"
    r"need|confused|looking|waiting|unclear|unsure|an issue|don't|dont|gives|throws)",
    r"(?:doesn't|does not|doesnt|didn't|did not|didnt|isn't|is not|not|won't|never|don't|don t|"
    r"dont) (?:\w+ )?(?:work|works|worked|working|help|helped|fix|solve|do the trick|do it|"
    r"change anything|make (?:a|any) difference)",
    r"no (?:luck|joy|dice|go|effect|change|difference|success)",
    r"(?:same|another|different|new|this|an|the following|getting|get|got) (?:error|issue|problem|"
    r"result|thing happens|message)",
    r"nothing (?:happens|changed|works)",
    r"(?:fails|failed|failing) (?:with|again|too|at|on)",
    r"can't (?:find|see|get)",
    r"(?:it|this|that|which) (?:still |just |also )?(?:doesn't|does not|doesnt|isn't|won't|didn't|"
    r"did not|can't) \w+",
)
SOLVED = cue(
    "says they found it themselves",
    0,
    "found figured solved fixed resolved sorted fix solution got it working worked works was turns "
    "turned out had forgot missing missed my ok fine gone",
    r"(?:i |i've |i have |just |finally |think i |think i've |we |got |have |now |all |nvm,? |mind,? |"
    r"nevermind,? |ok |oh |ah |already |i just |it's |its |is |been |is now |issue |problem |"
    r"^)(?:found (?:it|out|the|a|my|how|what|why|that)|figured|solved|fixed|resolved|sorted|"
    r"worked it out|worked out|got it (?:working|to work|fixed|figured|sorted|now|work))",
    r"(?:found|figured) (?:it )?(?:out|the (?:issue|problem|answer|solution|error|bug))?(?: |\.|!|"
    r"$)(?:now|myself|already|out|in|$)",
    r"(?:fixed|solved|resolved|sorted)(?: now| it| that| this| the (?:issue|problem)|\.|!|:|$)",
    r"(?:it|this|that) (?:was|is) (?:because|due to|caused by|just me|my (?:fault|mistake|bad|error))",
    r"(?:the|my) (?:problem|issue|mistake|error|fix|solution|answer|trick|culprit|cause) (?:was|is|"
    r"turned out|seems to (?:be|have been))",
    r"turn(?:s|ed) out",
    r"(?:i|it) (?:just )?(?:had to|needed to|forgot to|forgot the|was missing|was using the wrong|"
    r"misread|mistyped|missed)",
    r"(?:it's|its|it is|now it|everything|all|seems to be|is) (?:works|working|fine|ok|good|solved|"
    r"fixed|resolved)(?: now| again|\.|!|$)",
    r"\w+ing .{1,60} (?:worked|works|did the trick|solved it|fixed it|did it)[.!]*$",
)
WITHDRAWN = cue(
    "takes it back",
    0,
    "nevermind nvm never forget ignore disregard wrong scratch mind misread false cancel",
    r"never ?mind|nvm|nm",
    r"(?:forget|ignore|disregard|scratch|cancel) (?:it|that|this|me|my|what i|about (?:it|this|that)|"
    r"the (?:above|question|previous|last))",
    r"wrong (?:channel|chat|room|window|thread|place|server)",
    r"false alarm",
)
METOO = cue(
    "has the same question",
    0,
    "same too also +1 following follow bump me similar interested either neither update updates ever "
    "did find found solve fix luck know well would upvote both likewise ditto this can yes",
    r"same (?:here|issue|problem|question|thing|error|boat|for me|with me|situation|trouble|story)",
    r"(?:the )?same (?:exact )?(?:\w+ )?(?:issue|problem|question|error|thing) (?:here|too|as well)",
    r"(?:^|\W)\+ ?1",
    r"me (?:too|to|also|as well|either|neither|three)",
    r"(?:having|have|had|seeing|see|facing|got|getting|experiencing|run into|ran into|hit|hitting|"
    r"wondering|need|want|interested|looking|noticed)(?: \w+){0,8} (?:too|as well|also)(?: |\.|!|,|$)",
    r"(?:i'm|i am|im|i|we|we're|we are) (?:also|too) (?:\w+ ){0,2}(?:having|have|had|seeing|see|facing|"
    r"getting|get|experiencing|wondering|interested|curious|looking|want|need|noticed|would like|"
    r"running into|stuck|struggling|searching|trying)",
    r"(?:have|having|had|got|run into|seeing|hit|with) (?:this|the same|that|the exact same|a similar|"
    r"similar|exactly the same|exactly this|these|the) (?:exact )?(?:\"|issues?|problems?|errors?|"
    r"question|trouble|bug|behaviou?r)",
    r"(?:did|have|has|were) (?:you|u|anyone|anybody|someone|we)(?: guys)? (?:ever |able to |already |"
    r"manage to |been |get to |eventually )*(?:find|found|solve|fix|figure|figured|get this|get it|"
    r"get an|got|manage|post|hear|get any)",
    r"i(?:'ve| have)? (?:had|get|got|see|run into) (?:the|that|this|these) (?:\"|.{1,60} (?:error|"
    r"issue|problem|bug))",
    r"(?:any|an?) (?:updates?|news|luck|progress|resolution|answer|solution|word)(?: (?:on|with|about|"
    r"for|to|here|yet|regarding)|\?|$)",
    r"if (?:you|anyone|somebody|someone) (?:\w+ )?(?:finds?|figures?|solves?|knows?|gets?) ",
    r"(?:also|would be|i'm|i am|very|really) (?:interested|curious)(?: in| to| about| as well| too|$)",
    r"following(?:$|\.|!| this| along)|^bump|^this(?:\.|!|$)|likewise|ditto",
    r"i (?:run|ran|bump|keep running) into this",
    r"(?:would|i'd) (?:also )?(?:like|love) to know",
    r"can i get in on",
    r"driv(?:ing|es) me (?:nuts|crazy)",
)
NO_ANSWER = cue(
    "does not know, or will look",
    0,
    "idea know sure check look idk sorry clue dunno guess unfortunately cc ask ping repost post "
    "posting dm try forward asking find investigate test let back moment sec minute hopefully someone "
    "somebody channel anyone wrong hope wish haven't never thought wondering interesting weird strange "
    "odd hmm will can help pass raise",
    r"(?:no|not (?:a|the)|haven't (?:a|the|any)) (?:\w+ )?(?:idea|clue)(?! (?:is|was|would))",
    r"(?:i )?(?:don't|dont|do not|didn't|wouldn't) (?:really |actually |even |"
    r"personally )?know(?! (?:if (?:it|this|that|you)|that|how you))",
    r"idk|dunno|no clue|beats me|search me",
    r"^(?:hmm+,? |sorry,? |i'm |i am |im |honestly,? |@\S+ )*not (?:\w+ )?(?:sure|certain|"
    r"familiar)(?:$|\.|!|,? sorry| (?:how|why|what|about|where|which|off hand|offhand|tbh|myself|"
    r"unfortunately|at the moment|right now|yet))",
    r"(?:not|nothing|none|never)(?: one| any)? that i(?:'m| am)? (?:aware|know)",
    r"(?:let me|i'll|i will|ill|i can|i could|lemme|i'm going to|gonna|we'll|will|"
    r"can) (?:\w+ )?(?:check|look|see|ask|find out|get back|have a look|take a look|dig|investigate|"
    r"try (?:it|to|this|that)|test|think|ping|forward|pass|raise|follow up|circle back|know if|"
    r"double check|poke)",
    r"(?:give me|just) (?:a|one|1|two) (?:sec|second|moment|min|minute|mins|minutes|moments)",
    r"(?:hopefully|hope|maybe|perhaps|i think|sure) (?:someone|somebody|anyone|other people|others|another)",
    r"(?:someone|somebody|anyone|anybody) (?:else )?(?:here |else )?(?:might|may|will|could|should|can|"
    r"knows|know|may be able)",
    r"(?:^|\n| )/?cc[ .:]",
    r"(?:better|might|best|try|please|could|should|worth|suggest|good|"
    r"recommend)(?: [\w/]+){0,4} (?:to )?(?:re-?post(?:ing)?|ask(?:ing)?|post(?:ing)?|"
    r"check(?:ing)?)(?:[ /]\w+){0,5} (?:in|on|to|as|at) (?:#\w+|the #\w+|another|a different|its own|"
    r"their own|the \w+ (?:channel|forum|support)|a new|support)",
    r"wrong (?:channel|place|forum|room)|off[- ]topic",
    r"(?:i've|i have|i|we) (?:never|haven't|not) (?:\w+ )?(?:tried|used|seen|noticed|done|had|heard|"
    r"encountered|experienced|worked|played|touched)",
    r"(?:i have|i've|i) no (?:\w+ )?(?:experience|further ideas|ideas|answer|knowledge|solution|clue)",
    r"i don't (?:\w+ )?have (?:an answer|a solution|any (?:ideas?|experience)|the answer)",
    r"(?:would love|was wondering|wondering|i wonder) ",
    r"^(?:interesting|weird|strange|odd|hmm+|good (?:question|point|luck|catch)|great question|oh|ah|"
    r"lol|haha+|wow|ouch|yikes|nice|cool|same to you|no worries|no problem|np|you're welcome|"
    r"youre welcome|yw|my pleasure|anytime|any time|glad|happy to|welcome|sorry to hear)",
)
GREETS = re.compile(
    r"^(?:(?:hi+|hello+|hey+|hiya|howdy|yo|hola|greetings|good (?:morning|afternoon|evening|day|night)|"
    r"gm|morning|evening|welcome|of course|sure thing|ok+|okay|k|kk|lol+|haha+|hehe+|wow|oh+|ah+|hmm+|"
    r"um+|yay|nice|cool|brb|bye|cya|later|sup|all|everyone|there|guys|folks|team|again|back|man|dude|"
    r"bro|sir|mate)[ ,.!]*)+$"
)
ASKS_FOR_MORE = cue(
    "asks for more",
    0,
    "paste share post show send provide give describe elaborate clarify explain what which version do "
    "did are is have you your pastebin screenshot link log logs example url can could would more "
    "detail details mean id resolved when why how where",
    r"(?:can|could|would|will|do|may|are|please|pls|plz|want|able|mind|need|if)(?: you| to| u| i| we|"
    r" want| able| please| pls| possibly| maybe| share| also| me| have any| get)*(?: \w+)? (?:paste|"
    r"share|post|sharing|posting|send|show|provide|give|describe|elaborate|clarify|explain|upload|"
    r"pastebin|dm|see|confirm|reproduce|tell)(?: |$|\?)",
    r"(?:paste|pastebin|post|share|show|send|provide|describe|dm|give|tell)(?: us| me)? (?:the|your|a|"
    r"an|some|more|what|it|us|me|full|output|here|code|screenshots?)",
    r"(?:what|which|whats|what's) (?:\w+ )?(?:version|error|os|distro|platform|browser|do you mean|"
    r"are you|did you|is the|is your|exactly|happens|kind|type|device|does it|do you|were you|have you|"
    r"release|ubuntu|does|says)",
    r"what (?:do|does|did) (?:you|it|that|the)",
    r"(?:have|has|is) (?:this|it|that|the issue)(?: been)? (?:resolved|solved|fixed|still)",
    r"(?:more|further|additional) (?:details?|info|information|context|specific\w*)|be more specific|"
    r"elaborate",
)
SUGGESTS = cue(
    "suggests something",
    0,
    "try tried maybe perhaps should could use using why just would can need check look yes no probably "
    "instead recommend suggest add set run install think also about",
    r"(?:have|did) (?:you|u) (?:\w+ )?(?:tried|try|try to|look at|looked|check|checked|set|run|enabled|"
    r"installed|restart\w*|reboot\w*|consider\w*|read|seen)",
    r"^(?:@\S+ )?(?:maybe|perhaps|try|use|just|why not|why don't you|how about|what about|you (?:can|"
    r"could|should|need|have to|might|may|just|must)|can't you|couldn't you|probably|i think|i'd|"
    r"i would|i believe|sudo|it's|it is|it should|there's|there is|see|check)",
    r"you (?:can|could|should|need to|have to|might want|may want|must|just|want to|will need|"
    r"don't need|would|'ll need)",
)
