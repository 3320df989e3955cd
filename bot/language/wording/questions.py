"""How people ask, greet, hail, exclaim and advertise; weights are log-odds, set by hand."""

import re

from bot.language.cues import Cue, cue, cues

# Wording of a whole text. Weights are log-odds, set by hand.
FOR = cues(
    cue(
        "asks whether anyone knows",
        2.8,
        "anyone anybody someone somebody everyone any one anyones",
        r"(?:any ?one|any ?body|any one of you|any of you)(?: \w+){0,3} (?:know|knows|have|has|had|got|"
        r"tried|used|using|seen|familiar|able|help|explain|tell|recommend|suggest|experience|"
        r"experienced|experiencing|working|idea|ideas|point|share|find|found|ever|getting|having|run|"
        r"facing|managed|succeed|aware|care|willing|interested in helping|else)",
        r"(?:some ?one|some ?body|some one)(?: \w+)? (?:know|knows|please|pls|plz|help|explain|tell|"
        r"point|here know|out there|could|can|who)",
        r"(?:can|could|would|does|did|do|has|have|is|will) (?:any ?one|any ?body|some ?one|some ?body|"
        r"every ?one)",
    ),
    cue(
        "asks for help",
        2.8,
        "help helps helping assist assistance guidance guide advise advice suggest suggestions "
        "suggestion appreciate appreciated advance tia pointers tips insight insights pls plz please "
        "recommend recommendations idea ideas thoughts clue hint hints solution enlighten stuck "
        "workaround feedback opinion opinions luck",
        r"(?<!you )(?:need|needs|needing|want|seeking|could use|would love|appreciate|love|"
        r"looking for)(?: \w+){0,2} (?:help|assistance|guidance|advice|support|hand|insight|insights|"
        r"input|feedback|suggestions|pointers)",
        r"help(?: me)?(?: out)?(?: please| pls| plz| needed| wanted| appreciated| with| to|!)",
        r"help(?:ing)? me",
        r"(?:please|pls|plz|kindly)(?: \w+){0,2} (?:help|advise|suggest|guide|assist|explain|point|"
        r"recommend|enlighten)",
        r"(?:help|advise|suggest|guide)(?: \w+)? (?:please|pls|plz)",
        r"any(?: \w+)? (?:help|idea|ideas|thoughts|suggestion|suggestions|advice|pointers|tips|insight|"
        r"insights|clue|clues|hint|hints|solution|solutions|recommendation|recommendations|workaround|"
        r"luck|guidance|input|feedback|opinions)",
        r"(?:thanks|thank you|thx|many thanks|thank u|thanks a ton|thanks a lot) in advance",
        r"tia",
        r"(?:would|will|is|be)(?: \w+){0,2} appreciated",
        r"(?:point|steer|push) me (?:in|to|towards)",
        r"stuck (?:on|at|with|in|here|trying)",
        r"(?:i'm|im|i am|we're|we are|got|get|totally|completely|pretty) stuck",
    ),
    cue(
        "wonders",
        2.5,
        "wonder wondering curious know figure understand sure idea looking searching question "
        "questions clarify clear confused confirm explain find way",
        r"(?:i'm|im|i am|was|just|we're|we are|been) (?:just )?wondering",
        r"(?:^|i |we )wonder(?:ing)? (?:if|how|why|what|whether|where|is|who|when)",
        r"wondering (?:if|how|why|what|whether|where)",
        r"curious (?:if|how|what|whether|why|about|to know|as to|which|when)",
        r"(?:like|love|want|wanted|need|trying|curious|good|great|nice) to (?:know|find out|understand|"
        r"figure out|hear (?:how|what|if))",
        r"(?:not|wasn't|isn't|aren't|ain't) (?:\w+ )?(?:sure|clear|certain)(?: \w+){0,2} (?:how|what|"
        r"why|if|where|which|whether|when|about)",
        r"(?:don't|dont|do not|didn't|can't|cannot|can not|couldn't|not) (?:\w+ )?(?:know|understand|"
        r"figure|see|find|tell|work out|get)(?: out)?(?: \w+)? (?:how|why|what|where|which|whether)",
        r"(?:can't|cant|cannot|can not|couldn't|unable to) (?:\w+ ){0,3}(?:figure|find|work out|seem to)",
        r"trying to (?:figure|find out|understand|work out|see if|see how)",
        r"no (?:idea|clue) (?:how|why|what|where|which|if)",
        r"(?:looking|searching) for (?:a |an |the |some |any )?(?:\w+ )?(?:way|ways|solution|solutions|"
        r"help|someone|somebody|example|examples|documentation|docs|recommendation|recommendations|"
        r"advice|info|information|tutorial|guide)",
        r"(?:got|have|had|another|quick|one|i have|a|dumb|stupid|silly|basic|newbie|noob|simple|"
        r"small) (?:a |an |another |one |some |two |few |more )?(?:quick |dumb |stupid |silly |basic |"
        r"newbie |noob |simple |small |general |related |little )?questions?(?: about| on| regarding|"
        r" for| related| here| is|:|$)",
        r"(?:my|the|another|main|next|follow-up|follow up) question (?:is|was|would)",
        r"(?:can|could) you (?:\w+ )?(?:explain|clarify|confirm|tell me|show me|point me)",
    ),
    cue(
        "asks how, what, where or why",
        2.5,
        "how what where why when which who whats hows wheres what's how's where's who's whos",
        r"(?:^|[.,:;!\-–—\n] ?|so |and |but |also |ok |okay |then |well |know |question |"
        r"or )(?:how (?:do|does|can|could|would|should|to|did|is|are|come|about|many|much|long|often|"
        r"i can|i could|hard|big|far)|(?:what|whats|what's) (?:is|are|do|does|would|should|can|kind|"
        r"version|are|the|about|did|happens|happened|could|if|am|causes|might|type|'s)|where (?:is|are|"
        r"can|do|does|should|to|would|did|i can|could|exactly)|why (?:is|are|do|does|did|can't|isn't|"
        r"doesn't|would|am|was|don't|won't|i|the|my|can)|when (?:will|does|do|can|should) \w+ |"
        r"who (?:can|do|should|is|knows|has|would)|which (?:\w+ )?(?:is|are|do|does|should|can|would|"
        r"one|version|of))",
        r"^(?:how|why|what|where) (?!a |an |i said|not |i mean|about |else |ever |you )\w+ \w+",
    ),
    cue(
        "asks whether something is so",
        2.3,
        "is are does do did can could would should will has have isn't aren't doesn't may shall",
        r"(?:^|[,.:;!\n] ?)(?:so |and |but |also |or |then )?(?:(?:is|are|isn't|aren't|was|"
        r"were) (?:there|it|this|that|the|my|these|those|any)|(?:do|can|could|should|shall|will|may|"
        r"must|did|am|would) (?:i|we)|(?:does|did|will|would|can|could|should|has|doesn't) (?:it|this|"
        r"that|the|my|there|these)|(?:do|can|could|would|will) (?:you|u)(?: guys| all|"
        r" folks)? (?:\w+ )?(?:know|have|suggest|recommend|help|explain|tell|show|point|share|guide|"
        r"confirm|check|take|look|use|run|think|add|give|suppose|see|support))",
    ),
    cue(
        "tells of something that does not work",
        1.9,
        "work works working worked trouble troubles issue issues problem problems unable fails failing "
        "failed fail broken error errors stuck struggling crashes crashing crash able can't cant "
        "cannot couldn't difficulty difficulties won't wont exception missing weird strange odd 400 "
        "401 403 404 500 unfortunately nothing suddenly waiting haven't havent hasn't hasnt didn't "
        "never not denied found doesn't don't isn't aren't",
        r"(?:can't|cant|cannot|can not|couldn't|won't|unable to|not able to|not|never|doesn't|don't|"
        r"isn't|aren't|didn't) (?:\w+ ){0,5}(?:work|works|working|worked|load|loading|start|connect|"
        r"login|log in|install|open|build|compile|run|boot|respond|show|showing|save)",
        r"(?:can't|cant|cannot|couldn't|unable to|not able to|failed to|struggling to) (?:seem |"
        r"manage )?(?:to )?(?:get|find|make|see|use|add|access|delete|create|install|connect|open|"
        r"remove|set|run|load|log|change|update|upload|download|export|import|reach)",
        r"(?:trouble|difficulty|difficulties|problems?|issues?|hard time|struggling|struggle) (?:with|"
        r"getting|in|when|trying|to|on|where|while|that|adding|setting|using|connecting|about)",
        r"(?:have|having|had|has|facing|experiencing|seeing|encountering|hitting|ran into|run into|"
        r"running into) (?:an? |the |some |this |any |many |such |similar |"
        r"these )?(?:\w+ ){0,2}(?:trouble|issues?|problems?|errors?|difficult\w*|bugs?)",
        r"(?:get|gets|getting|got|see|seeing|gives?|giving|throws?|throwing|returns?|returning|shows?|"
        r"showing|says|reports|receiv\w+|keep getting) (?:me |us )?(?:an? |the |this |following |"
        r"these |that |some |a lot of |same )*(?:\w+ ){0,2}(?:errors?|exceptions?|4\d\d|50\d|"
        r"message saying|warning|failure)",
        r"(?:keeps?|it) (?:failing|crashing|crashes|fails|hangs|freezes|hanging|freezing|saying|"
        r"telling|breaking)",
        r"(?:is|are|was|seems?|got|gets) (?:\w+ )?(?:broken|failing|crashing|missing|stuck)",
        r"nothing (?:happens|works|seems to|shows)",
        r"(?:haven't|havent|hasn't|hasnt|didn't|never|not) (?:\w+ )?(?:received|arrived|come|came|"
        r"gotten|shown up|appeared|gone through|got|updated)",
        r"(?:still|been) waiting",
        r"(?:command not found|no such file|permission denied|not found|access denied)",
    ),
    cue(
        "cannot get something to work",
        2.6,
        "work working going running run start load connect",
        r"(?:can't|cant|cannot|can not|couldn't|unable to|not able to|trying to|"
        r"struggling to) (?:\w+ ){0,3}get (?:\S+ ){1,6}(?:to (?:work|run|start|load|connect)|working|"
        r"going|running)",
        r"(?:doesn't|does not|doesnt|isn't|not|won't) (?:work|working) (?:for me|here|on my)",
    ),
    cue(
        "asks for something",
        1.7,
        "please pls plz kindly can could need want wanted like trying",
        r"(?:please|pls|plz|kindly) (?:\w+ )?(?:share|send|tell|let me know|confirm|check|provide|add|"
        r"give|show|clarify)",
        r"i(?:'d| would| want| need| wanted|'m trying| am trying)(?: \w+)? to (?!share|say|thank|"
        r"introduce|announce|let you|point|invite|see you|echo|add)\w+ .*(?:but|how|way|possible|can|"
        r"could|should|without)",
        r"how can i|how do i|how to",
    ),
)
AGAINST = cues(
    cue(
        "announces or offers something",
        -2.6,
        "sign register join excited happy hiring check out available released launched published "
        "shipped announce announcing webinar rsvp apply subscribe wrote feel waitlist free introducing "
        "pleased proud upvote invite invited looking dm need posting newsletter",
        r"sign[ -]?up (?:here|now|today|for|at|via|below)",
        r"register (?:here|now|today|for|at|via|below)|rsvp",
        r"join (?:us|our|the (?:waitlist|beta|call|webinar|event|session)|me (?:for|on|at)|here|now|today)",
        r"(?:we're|we are|i'm|i am|super|so|very) (?:\w+ )?(?:excited|pleased|proud|thrilled|delighted) to",
        r"happy to (?:announce|share|help|answer|chat|report)",
        r"we(?:'re| are)? hiring",
        r"(?:is|are) (?:now |finally |officially )(?:available|live|out|released|open)",
        r"(?:just|have|we've|i've|has) (?:just |recently |now )?(?:released|launched|published|shipped|"
        r"announced|written|posted)",
        r"i (?:wrote|made|built|published) (?:a|an|this|some)",
        r"check (?:it|them|this|us) out",
        r"(?:feel free|don't hesitate) to (?:ask|reach|contact|message|dm|ping|join|share)",
        r"(?:if|should) you(?:'ve| have)? (?:any|have any|got any|got|run into|hit|more)? ?(?:other |"
        r"more |further )?(?:questions|issues|problems|comments|feedback)",
        r"(?:ask|ping|dm|message|email|contact) (?:me|us) (?:if|any|with|for|in|at|or|on|about)",
        r"subscribe (?:now|here|today|to (?:our|my|the newsletter))|upvote",
        r"(?:need|looking for) (?:\w+ ){0,3}(?:testers?|volunteers?|participants|beta users)",
        r"announcing|introducing",
    ),
    cue(
        "gives an answer",
        -1.3,
        "you you'd you'll you're try yes yeah yep nope no sure correct exactly use maybe",
        r"^(?:you|you'd|you'll) (?:can|could|should|need to|have to|might|may|would|want to|must|just|"
        r"will need)",
        r"^(?:yes|yeah|yep|yup|nope|no|sure|correct|exactly|agreed|good point|true)(?: |,|\.|!|$)",
        r"^(?:try|use|have you tried|did you try|maybe try|just use|have you used)",
        r"^(?:if|when|are|have|did|do) you (?:\w+ )?(?:try|tried|checked|look|mean|sure|referring)",
        r"what (?:do|did) you mean",
    ),
    cue(
        "says that it is solved",
        -2.0,
        "solved fixed figured nevermind nvm mind resolved worked found",
        r"^(?:i |i've |we |have |finally |just |got it |is now |ok |okay |ah |oh |nvm |"
        r"nevermind )*(?:solved|fixed|figured|resolved|found it)",
        r"never ?mind|nvm|that worked",
    ),
    cue(
        "gives thanks or a greeting only",
        -1.0,
        "thanks thank thx welcome ty congrats congratulations introduce myself nice",
        r"^(?:ok |okay |great |ah |oh |perfect |awesome |cool |got it |alright )*,?(?:thanks|thank you|"
        r"thank u|thx|ty|cheers)(?! in advance| for (?:any|your help))",
        r"^(?:welcome|congrats|congratulations)",
        r"introduce (?:myself|yourself)|nice to meet",
    ),
)
ADDRESSED = Cue("speaks to one person", -1.5, frozenset(), re.compile("^@"))
GREETING = re.compile(
    r"^(?:(?:hi+|hello+|hey+|hiya|howdy|yo|hola|greetings|dear|good (?:morning|afternoon|evening|day)|"
    r"gm|morning|evening|sup|sorry|excuse me|ok|okay|well|oh|um+|hmm+)(?:[ ,]+(?:all|everyone|"
    r"every one|everybody|guys|folks|there|team|people|friends|y'all|again|gang|peeps|room|world|"
    r"together|@\S+))*[ ,.!:\-–—?]*)+"
)
# Said to be polite, to hail, or for effect; it wants no answer from the community.
SMALL_TALK = re.compile(
    r"^(?:(?:and|so|but|oh|well|lol|haha|hey|hmm|ok) )?(?:how(?:'s| is| are|re|s)? (?:are )?(?:you|u|"
    r"ya|y'all|everyone|everybody|it going|things|life|all of you|is it going|your (?:day|week|"
    r"weekend)|the weekend|we|we all)\b(?! (?:using|handling|doing (?!today|this|tonight)|supposed|"
    r"able|going to))[\w ,']{0,40}|how (?:was|were) (?:your|the|everyone's) [\w ']{1,30}|"
    r"how have (?:you|y'all) been|how do you do|what'?s (?:up|new|good|cooking|happening)[\w ,']{0,20}|"
    r"sup|wassup|what up|whats up|(?:is )?any ?(?:one|body) (?:here|there|around|alive|home|awake|up|"
    r"online|active)(?: today| now| right now| yet)?|(?:are )?you there|hello|all good|u there|"
    r"who (?:knew|cares|would(?:'ve| have) (?:thought|guessed)|doesn't (?:love|like)|wouldn't|needs|"
    r"are you kidding)[\w ,']{0,60}|guess (?:what|who|where)|you know (?:what|why)|know what i mean|"
    r"see what i (?:did|mean)[\w ]{0,10}|can you (?:believe|imagine)[\w ,']{0,60}|(?:isn't|ain't|"
    r"aren't|wasn't|doesn't) (?:it|that|this|these|they|life|he|she|\w+ing)(?: just| so| a| really|"
    r" look)? (?:great|awesome|cool|nice|lovely|amazing|beautiful|funny|crazy|wonderful|fun|neat|sweet|"
    r"fantastic|brilliant|ironic|cute|weird|something|love|gorgeous)[\w ,']{0,40}|how (?:cool|awesome|"
    r"great|amazing|crazy|nice|cute|sweet|funny|lovely|neat|weird|hard can)(?: (?:is|was|are|it|"
    r"would))?[\w ,']{0,40}|what could (?:possibly )?go wrong|what'?s (?:not to (?:like|love)|"
    r"the worst)[\w ,']{0,40}|what (?:a|an) [\w ,']{1,60}|why (?:not|me|oh why|bother)|how about that|"
    r"how dare [\w ]{1,20}|(?:sounds?|looks?) (?:good|great|fair|right)|makes? sense|(?:does|"
    r"did) (?:that|this|it) (?:make sense|help)|(?:is )?that (?:ok|okay|cool|clear)|see|get it|ok|okay|"
    r"right|no|yes|eh|huh|really|seriously|what|wow|oh|ah|am i right|amirite|wtf|y|k|deal|agreed|"
    r"remember|shall we|ready|(?:can|could|may) i ask (?:a |you |some |something|one |"
    r"here)?(?:quick )?(?:questions?|something|here)?|quick question|quick one|a? ?question)[ ,.!]*$"
)
# Said to draw people in: what follows is an offer.
DRAWS_IN = re.compile(
    r"^(?:(?:do )?you )?(?:any|have|got|more|further|other|have any|got any|still have|"
    r"have you got)? ?(?:any )?(?:other |more |further )?(?:questions|concerns|comments|"
    r"questions or \w+|questions about [\w ]{1,40})$|^(?:want(?:ed)?|wanna|would you like|interested|"
    r"ready|care|eager|curious|excited|tired of|looking|missed|need|hungry|struggling|stuck|wondering|"
    r"fancy|did you know|have you (?:ever|heard)|do you (?:want|need|love|enjoy|like)|are you (?:ready|"
    r"interested|looking|tired|a|an|struggling)|who(?:'s| is) (?:ready|in|excited|coming|joining|up))\b"
)
TAG = re.compile(
    r"[, ](?:right|correct|no|eh|huh|yeah|ok|okay|isn't it|is it|aren't they|don't you think|you know|"
    r"doesn't it|wasn't it|innit|yes|true|amirite)\s*\?+$"
)
# An aside in brackets, or a suggestion put carefully, has a question mark and waits for no answer.
ASIDE = re.compile(r"\?\)|^(?:or )?(?:maybe|may be|perhaps)\b")
