"""Words that begin sentences which sum something up or answer something, and are no names."""

BEGINNINGS = frozenset(
    """
        a about above according across actually additionally after again all almost already also although
    always am
        among an and another any anybody anyone anything apart apparently are around as ask asked asking
    asks at
        because before besides best better between beyond both bug bugs but by can cannot change check
    choose click
    comments common complaint complaints concerning concerns could currently customer customers depending
        despite did discussion discussions do does done don due during each either else enter even
    eventually every
        everybody everyone everything except feature features feedback few finally find first for
    frequent from
        further furthermore general generally get give given go had has have having he help here hers his
    hope how
        however if ignore in including initially instead interest is issue issues it its just last lastly
    later
        least less like likewise look make makes making many maybe mainly meanwhile member members
    mention mentioned
        messages more moreover most mostly much my neither never nevertheless new next no nobody none nor
    not note
        nothing now obviously of often on once one only open opinions or other others otherwise our out
    over overall
        participants particularly people perhaps person please positive possibly praise praised
    previously probably
        problem problems question questions quite rather recent recently regarding repeated report
    reported reports
        request requested requests requiring right same see select set seems set several she should
    similarly simply
        since so some somebody someone something sometimes soon specifically start still such suggestions
    sure
        take talk than thanks that the their them then there therefore these they this those though
    thoughts through
        thus to today together too topics trouble try turn two under unfortunately unless until up use
    used user
        users using usually various very want wanted wants was we were what whatever when whenever where
    whereas
        whether which while who whoever whole whose why will wish wishes with within without would yes
    yesterday yet
    you your
        aber alle allerdings alles als also am an ander andere anderen auch auf aus außerdem bei beim
    beschwerden
        bitte bisher da dabei dafür dagegen damit danach dann daran darauf das dass davon dazu dem den
    denn der
        deren des deshalb die dies diese diesem diesen dieser dieses doch dort du durch ebenfalls ebenso
    ein eine
    einem einen einer eines einige einiges er erst es etliche etwas euer fehler ferner fragen frage für
        gegen gelobt gemeldet gewünscht gibt hat häufig haben hier hinter hinzu ich ihr ihre ihren ihm im
    immer in
        insgesamt ist ja jede jeder jedes jedoch jemand kann kein keine keiner können lob leider leute
    man manche
        mehr mehrere mehrfach meist meistens meldungen mit mitglied mitglieder muss nach nachdem nächste
    nein neu
        nicht nichts niemand noch nun nur nutzer ob obwohl oder oft ohne personen positiv probleme
    problem rund
        rückmeldungen sehr seit seitdem sich sie sind so sobald solche soll sollte sondern sonst sowie
    sowohl teils
        themen trotz trotzdem über um und uns unser unter viel viele vielen vielleicht vom von vor
    während wann
        warum was weil weiter weitere weiterhin welche wenig wenige wenn wer werden wie wieder wir wird
    wo wobei
    wohl worauf wünsche wunsch würde zu zudem zuerst zum zur zusätzlich zwar zwei zwischen zuletzt
        al algunas algunos alguien al ante antes aunque cada casi como con cuando cuatro de del desde
    después dos
        donde durante el ella ellos en entre es esa ese eso esta este esto estos existe hay la las le les
    lo los
        más me mi miembros mientras mucha muchas mucho muchos ni ninguno no nos nuestra otra otras otro
    otros para
        pero piden pide pidió poco pocos por porque puede que quien quieren quiere se según si sin sobre
    solo su
    también tampoco tanto todas todos tras tres un una unas unos usuarios usted varias varios ya
        à afin ainsi alors après au aucun aucune aussi autre autres aux avant avec beaucoup ce ceci cela
    certaines
        certains ces cet cette ceux chaque chez ci comme comment dans de depuis des deux dont du elle
    elles en
        encore enfin entre est et eux il ils je jusqu la le les leur leurs lors lorsque mais malgré même
    membres
        moins mon ne ni nos notre nous on ont ou où par parce parmi pas pendant personne peu plus
    plusieurs pour
        pourquoi puis quand que quel quelle quelqu quelques qui quoi sa sans se selon ses si son sont
    sous sur
    ta tandis tous tout toute toutes très trop un une utilisateurs vers voici vos votre vous
        ainda algo alguém alguma algumas alguns ao aos apenas após as até cada com conforme contra da das
    de depois
        do dos e ela elas ele eles em embora enquanto entre essa esse esta este isso isto já mais mas mas
    membros
        mesmo muita muitas muito muitos na nas nem nenhum no nos nossa num numa o onde os ou outra outras
    outro
        outros para pela pelo pelos pessoas por porque pouco qual quando quase que quem se segundo sem
    sempre seu
    sobre sua também tem todas todo todos três um uma umas uns usuários vários várias você
    """.split()
)
