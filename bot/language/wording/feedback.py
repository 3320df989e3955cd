"""How people report, wish, praise and complain; weights are log-odds, set by hand."""

from bot.language.cues import cue, cues

# Weights are log-odds, set by hand.
BUG = cues(
    cue(
        "names a bug",
        2.6,
        "bug bugs buggy glitch glitches glitchy glitching regression",
        r"(?:a|the|this|that|some|any|known|possible|potential|serious|annoying|another|same|major|"
        r"minor|new|really|so|very|too|is|are|it's|bit|found|many|full of|also|"
        r"lots of) (?:\w+ )?(?:bugs?|buggy|glitch|glitches|glitchy|regression)",
        r"bug report|bugs|buggy|glitch\w*",
    ),
    cue(
        "says that something stopped working",
        2.5,
        "work works working worked loading load opening open responding respond functioning broken "
        "broke breaks anymore longer update upgrade since suddenly properly",
        r"(?:isn't|is not|isnt|not|aren't|are not|stopped|stops|quit|no longer|never|doesn't|does not|"
        r"doesnt|don't|won't|wont|didn't|can't|hardly|barely) (?:\w+ ){0,2}(?:work|working|works|load|"
        r"loading|respond|responding|function|functioning|sync|syncing|opening|launch|launching|"
        r"start)(?: (?:anymore|properly|correctly|at all|as expected|right|well|for me|now|again|"
        r"any more|since|after|on|in|when))?",
        r"(?:is|are|was|seems?|appears?|looks|got|gets|been|totally|completely|has been|"
        r"it's) (?:\w+ )?broken|(?:this|it|update|upgrade|release|version|that) (?:broke|breaks)",
        r"(?:since|after|with) (?:the |this |that |your |my )?(?:\w+ ){0,2}(?:update|upgrade|release|"
        r"version|deploy|change)(?:,| |\.|$)",
        r"suddenly (?:\w+ ){0,3}(?:stopped|not|fails?|failing|broken|get|getting|can't|won't|doesn't)",
    ),
    cue(
        "tells of a crash or a failure",
        2.3,
        "crash crashes crashed crashing freeze freezes freezing froze frozen hang hangs hanging stuck "
        "fails failing failed lag lags laggy lagging blank logs logged keeps keep logging kicks "
        "disappears disappeared "
        "disappearing lost loses deleted duplicates drops dropping timeout",
        r"(?:crash|crashes|crashed|crashing)",
        r"(?:freezes|freezing|froze|frozen|freeze up|keeps? (?:freezing|hanging|lagging|failing|"
        r"dropping|stopping|closing|saying|loading|buffering|logging|kicking|losing|signing))",
        r"(?:is|are|keeps?|been|builds?|requests?|it|always|just|app|page|"
        r"suddenly) (?:\w+ )?(?:failing|hanging|lagging|crashing|fails|hangs|lags)",
        r"(?:blank|white|black) (?:page|screen)|stuck (?:on|at|in) (?:the |a )?(?:loading|white|black|"
        r"blank|login|splash|\d+)",
        r"(?:logs|logged|kicks|kicked|signs) (?:me|us|you) out",
        r"(?:disappears|disappeared|disappearing|vanish\w*|went missing|gone missing|lost all|loses|"
        r"deleted (?:all|my))",
        r"(?:very|so|too|really|super) laggy",
    ),
    cue(
        "tells of an error",
        1.5,
        "error errors exception 400 403 404 409 429 500 502 503 504 cors valid invalid odd weird "
        "strange inconsistent incorrect wrong fail unexpected",
        r"(?:get|gets|getting|got|see|seeing|gives?|giving|throws?|throwing|returns?|returning|"
        r"receiv\w+|shows?|showing|says|saying|with|following|an?|the|this|same) (?:me |us )?(?:an? |"
        r"the |this |following |these |that |some |same )*(?:\w+ ){0,2}(?:errors?|exceptions?|4\d\d|"
        r"50\d|cors)",
        r"(?:something|really|very|some) (?:\w+ )?(?:odd|weird|strange|went wrong|wrong)",
        r"(?:is|are|results?|data|shows?|showing) (?:\w+ )?(?:inconsistent|incorrect|wrong|not correct|"
        r"not accurate|invalid|out of sync)",
    ),
    cue(
        "asks whether others see it too",
        1.9,
        "anyone anybody known else others",
        r"(?:anyone|anybody|any one|someone) (?:else )?(?:\w+ )?(?:having|seeing|experiencing|"
        r"experienced|experience|getting|facing|noticed|noticing|encountered|run into|had|have|"
        r"hitting)(?: \w+){0,4} (?:issues?|problems?|errors?|trouble|this|outages?|slowness|bugs?|"
        r"delays?)",
        r"(?:anyone|anybody) else (?:\w+ )?(?:having|seeing|experiencing|experienced|getting|facing|"
        r"noticed|noticing|encountered)",
        r"known (?:issue|problem|bug|limitation)",
    ),
    cue(
        "reports an issue",
        1.7,
        "issue issues problem problems trouble unable can't cannot cant couldn't won't wont",
        r"(?:issues?|problems?|trouble) (?:with|when|in|on|after|where|loading|since)",
        r"(?:have|having|facing|experiencing|seeing|noticed|there's|there is|there was|had) (?:an? |"
        r"the |some |this |same )?(?:\w+ )?(?:issues?|problems?|trouble)",
        r"(?:can't|cannot|cant|can not|unable to|won't let me|wont let me|doesn't let me|not able to|"
        r"couldn't) (?:even |seem to |be able to )?(?:log in|login|sign in|open|access|see|load|upload|"
        r"download|send|connect|save|update|add|play|use|publish|click|get in|view|install|change|find|"
        r"delete)",
    ),
)
REQUEST = cues(
    cue(
        "says what would be good to have",
        2.8,
        "nice great good cool awesome helpful useful love wish better perfect handy lovely amazing "
        "fantastic ideal like stars",
        r"(?:would|it'd|that'd|might|could) (?:also |really |also really )?be (?:\w+ )?(?:nice|great|"
        r"good|cool|awesome|helpful|useful|lovely|amazing|better|perfect|handy|fantastic|ideal|neat|"
        r"wonderful)(?: \w+)? (?:if(?! any ?one| any ?body| some ?one| some ?body)|to (?:have|see|"
        r"be able|get|add|allow|include|let)|having|addition|feature|with (?:a|an|more))",
        r"(?:nice|great|good|cool|helpful|useful|handy) to have",
        r"wish(?:es|ing)? (?:there|it|you|they|we|i|the \w+|this|that) (?:was|were|had|could|would|did|"
        r"has|have|didn't|wouldn't|wasn't|guys)",
        r"(?:would|i'd|we'd|id) (?:really |also |just )?(?:love|like|prefer) (?:to see|it if|if you|"
        r"the ability|the option|to have (?:a|an|the|more|some)|this feature)",
        r"(?:would|could|will|might) be (?:a )?(?:\w+ )?(?:nice|great|good|useful|helpful|"
        r"welcome) (?:feature|addition|improvement|option|update)",
        r"(?:5|five|more) stars? if|(?:perfect|great|better|good) (?:if|with) (?:it|you|there|they|"
        r"we) (?:had|could|have|add|added|can|would)",
    ),
    cue(
        "asks for something to be added",
        2.5,
        "add adding added allow enable support include bring back fix implement provide introduce "
        "improve integrate upvote vote roadmap plans planned needs need lacks lacking",
        r"(?:please|pls|plz|kindly|can you|could you|would you|will you|you should|they should|"
        r"you guys should|team should|app should|you could|they need to|hope you|hope they|"
        r"hopefully you|can we|could we)(?: \w+){0,2} (?:add|allow|enable|include|bring back|implement|"
        r"introduce|improve|integrate|support|fix)(?! (?:me|a link|an? example|your|the code|here))",
        r"any(?: \w+){0,2} (?:plans?|intention) (?:to|for|on)|(?:are|is) there(?: \w+)? plans? (?:to|for|on)",
        r"(?:on|in) (?:the|your) roadmap",
        r"(?:needs?|could use|lacks?|lacking|is missing|there should be|there needs to be|"
        r"you need) (?:a|an|some|more|better) (?:\w+ ){0,2}(?:options?|feature|features|button|ability|"
        r"settings?|mode|support|filter|customization|integration)",
        r"up-?vote (?:this|the|my|it|here)|vote (?:for|up) (?:this|the|my) (?:\w+ )?(?:idea|request|feature)",
        r"(?:add|adding) (?:a|an|the|more|some|support|option|options|ability) (?:\w+ ){0,4}(?:would|"
        r"please|pls|will be)",
        r"bring (?:it|this|that|the \w+) back|bring back (?:the|my|our|old)",
        r"allow (?:us|users|people) to|^(?:\d[.)] )?(?:allow|enable|support) (?:for|users|us|more|"
        r"custom)|support for \w+ (?:would|please)",
    ),
    cue(
        "names a feature that is missing",
        2.3,
        "feature features suggestion suggestions idea option options ability missing enhancement lack "
        "lacks lacking functionality request suggest",
        r"(?<!send )(?<!submit )(?:feature requests?|feature idea|enhancement request)(?! (?:form|page|"
        r"board|forum|channel))",
        r"^(?:\W*)(?:suggestion|request|idea|feature request|wish ?list)(?: for [\w ]{1,40})?(?:\W*)?:",
        r"(?:my|one|here's a|another|small|quick) (?:\w+ )?suggestion (?:is|would|for|to)|i(?:'d|"
        r" would)? (?:suggest|request|propose) (?:that |adding|to add|a feature|a new|an option|"
        r"you (?:add|make|include|allow))",
        r"(?:missing|lacks?|lacking|lack of) (?:a |an |the |some |many |basic |key |important |"
        r"this )?(?:features?|options?|functionality|ability|support|settings?)",
        r"features? (?:is|are) (?:missing|needed|lacking)|(?:this|that|such a|"
        r"needed) features? (?:would|please|should|asap)",
        r"(?:there is|there's|has|have) no (?:option|way|button|feature|setting|ability|support) (?:to|"
        r"for|of)",
    ),
    cue("asks why it cannot", 1.4, "why", r"why (?:can't (?:we|i|you)|can i not|isn't there|is there no)"),
)
PRAISE = cues(
    cue(
        "says that they like it",
        2.6,
        "love loving loved enjoy enjoying enjoyed fan impressed obsessed recommend recommended adore "
        "pleased happy satisfied",
        r"(?:i|we|really|absolutely|just|so|totally|simply|am|i'm|still|do|always|also|"
        r"all) (?:\w+ )?(?:love|loving|enjoy|enjoying|adore) (?:the|this|it|how|that|your|these|"
        r"hubspot|using|every|what|my|all|to (?:play|use))",
        r"^(?:love|loving|enjoying|loved|adore) (?:the|this|it|how|that|your|these|using)",
        r"(?:big|huge) fan of|(?:really|very|so|super|pretty|quite|truly) (?:impressed|pleased|happy|"
        r"satisfied) (?:with|by)",
        r"(?:highly|definitely|would|strongly|totally|do) recommend(?:ed)?",
    ),
    cue(
        "calls it good",
        2.2,
        "awesome amazing great excellent fantastic brilliant wonderful perfect superb best good nice "
        "cool beautiful incredible outstanding helpful useful favorite favourite easy powerful "
        "gamechanger changer lifesaver slick smooth intuitive solid",
        r"(?:is|it's|its|was|are|this is|looks|look|works|has been|been|works really|thats|"
        r"that's) (?:\w+ ){0,2}(?:awesome|amazing|great|excellent|fantastic|brilliant|wonderful|superb|"
        r"beautiful|incredible|outstanding|the best|so good|very good|really good|really nice|"
        r"very nice|really cool|very cool|so cool|super cool|a game ?-?changer|a lifesaver|so easy|"
        r"very easy|very helpful|very useful|so useful|super useful|really useful|slick|so smooth|"
        r"intuitive|insane|perfect)",
        r"(?:awesome|amazing|great|excellent|fantastic|brilliant|wonderful|superb|beautiful|incredible|"
        r"outstanding|best|good|nice|cool|favou?rite|perfect|very awesome|useful|"
        r"helpful) (?:\w+ )?(?:app|tool|product|feature|features|game|update|release|service|support|"
        r"community|docs|documentation|platform|software|design|interface|ui|job|work|library|"
        r"framework|experience|bot|thing ever|addition|improvement)",
        r"(?:works|working|worked|runs|running) (?:\w+ )?(?:great|perfectly|flawlessly|beautifully|"
        r"like a charm|amazingly|wonderfully|very well|really well|so well)",
        r"best (?:\w+ )?(?:i've|i have|ever|out there|in the)|game ?-?changer",
    ),
    cue(
        "praises the people behind it",
        2.4,
        "kudos props job work team hats bravo congrats congratulations thanks thank",
        r"kudos|props to|hats off|bravo|well done|(?:great|good|nice|awesome|amazing|excellent|"
        r"fantastic|incredible) (?:job|work)(?! around)",
        r"(?:thanks|thank you|shout ?out) (?:\w+ ){0,3}(?:team|developers|devs|creators|everyone who|"
        r"for (?:making|building|creating|this (?:app|tool|great|amazing|awesome)|the (?:great|amazing|"
        r"awesome)))",
    ),
)
COMPLAINT = cues(
    cue(
        "calls it bad",
        2.5,
        "terrible horrible awful worst bad useless garbage trash sucks suck crap crappy ridiculous "
        "unacceptable unusable pathetic joke rubbish poor poorly hate hated hating disgusting scam "
        "fraud nightmare mess waste broken stupid dumb ugly shame disaster",
        r"(?:terrible|horrible|awful|worst|useless|garbage|trash|pathetic|rubbish|disgusting|"
        r"unacceptable|unusable|ridiculous|nightmare|disaster|scam|crappy)",
        r"(?:sucks|this suck|so bad|very bad|really bad|too bad (?:the|it)|is bad|was bad|"
        r"bad (?:experience|app|service|support|update|design|ux|ui|decision|idea|customer)|so dumb|"
        r"so stupid|is stupid|is a joke|a mess|is a shame|very poor|poor (?:experience|service|support|"
        r"quality|design|documentation|docs|performance)|poorly (?:designed|documented|built|made|"
        r"written|implemented))",
        r"(?:waste of (?:time|money|space)|don't (?:bother|waste|download|install|recommend|buy)|"
        r"do not (?:bother|waste|download|install|recommend|buy))",
        r"(?:i|we|really|absolutely|just|do|so) hate (?:\w+ )?(?:it|this|that|the|how|when|having|"
        r"these|your|to say)|^hate (?:it|this|the|how|when)",
    ),
    cue(
        "is annoyed or disappointed",
        2.4,
        "frustrating frustrated frustration annoying annoyed annoys disappointed disappointing "
        "disappointment irritating upset angry fed tired sick nuts crazy painful pain tedious "
        "unfortunate sad unhappy confusing disappointing",
        r"(?:frustrat\w+|annoying|annoyed|annoys|disappoint\w+|irritat\w+|fed up|unhappy with|(?:sick|"
        r"tired) of (?!the same)|(?:driving|drives|drive|drove) (?:me|us) (?:nuts|crazy|insane|mad))",
        r"(?:a|real|huge|such a|big|major|total|is a) (?:\w+ )?pain|painful|(?:so|too|very|really|"
        r"quite|pretty|super|extremely) (?:confusing|tedious|cumbersome|clunky|complicated|slow|"
        r"expensive|sad|unintuitive|painful|hard to|difficult to|unreliable|buggy|limited|restrictive|"
        r"bad)",
    ),
    cue(
        "says that it makes no sense, costs too much or is too slow",
        2.0,
        "sense slow slower expensive price pricey money hard ads confusing worse cumbersome clunky "
        "wrong why forced force",
        r"(?:makes|make|making|made) (?:absolutely |zero |no |little |literally no )+sense",
        r"(?:too|so|very|way too|really|extremely|painfully|incredibly|super) (?:slow|expensive|pricey|"
        r"many ads|much money|hard|complicated|long)|overpriced|too many (?:ads|steps|clicks|bugs|"
        r"permissions|notifications)",
        r"(?:got|getting|gets|is|become|became|has become|becoming|much|even|far|only) worse|"
        r"(?:worse than|downgrade)",
        r"(?:uninstall|uninstalled|uninstalling|deleted? (?:the|this) app|switch(?:ed|ing) (?:to|away)|"
        r"cancel(?:led|ling)? my|asking for a refund|want (?:a|my) refund|refund)",
        r"(?:no|never any|zero|without any) (?:\w+ )?(?:support|response|reply|help|answer|warning|"
        r"explanation)(?: from| at all|\.|!|$)",
    ),
)
# What speaks against anything said being about the product.
AGAINST = cues(
    cue(
        "gives an answer",
        -1.6,
        "you you'd you'll try yes yeah yep no sure use have",
        r"^(?:@\S+ )?(?:hi|hey|hello)?[ ,]*(?:you|you'd|you'll) (?:can|could|should|need to|have to|"
        r"might|may|would|want to|must)",
        r"^(?:@\S+ )?(?:try|use|have you tried|did you try|maybe try|make sure|check)",
    ),
    cue(
        "asks how",
        -0.8,
        "how anyone anybody wondering way possible idea",
        r"(?:how (?:do|can|to|would|should|could) |does anyone know|any ideas?|is there (?:a|any) way|"
        r"wondering (?:if|how|what)|is it possible|what is the best|best way)",
    ),
)
# Thanks to a person for an answer are no praise of a product.
THANKED = cue(
    "thanks somebody",
    -2.0,
    "thanks thank thx cheers ty welcome glad congrats luck question idea point answer birthday morning",
    r"(?:^|[.,!\n] ?)(?:ok |okay |oh |ah |hi |hey |@\S+ |great |perfect |awesome |cool )*,?(?:thanks|"
    r"thank you|thx|cheers|ty|welcome|glad)",
    r"(?:great|good|nice|excellent|awesome|fantastic) (?:question|idea|point|answer|catch|luck|morning|"
    r"day|weekend|one|find|to (?:hear|know|see|meet))",
)
