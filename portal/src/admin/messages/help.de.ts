// What the contract says of its fields, in German. A test holds that none is missing and none is left over.

/** By the English text, without what stands behind it: see helpIn. */
export const germanHelp: Readonly<Record<string, string>> = {
  "an extension's number, department.NAME, trunk.NAME, tenant or system, who pays in advance":
    'die Nummer einer Nebenstelle, department.NAME, trunk.NAME, tenant oder system, wer im Voraus zahlt',
  'in which tenant, for those who reach several; default when not given':
    'in welchem Mandanten, für alle, die mehrere erreichen; ohne Angabe default',
  'the tenant': 'der Mandant',
  "whose tenant it is; empty: nobody's": 'wessen Mandant er ist; leer: niemandes',
  'SIP domains that are its alone, with commas: pbx.acme.example':
    'SIP-Domänen, die ihm allein gehören, mit Kommas: pbx.acme.example',
  'the most it may have; 0: any number': 'so viele darf er höchstens haben; 0: beliebig viele',
  'calls at once that leave, as limit set tenant; 0: any number':
    'gleichzeitige Anrufe nach außen, wie limit set tenant; 0: beliebig viele',
  'money a day, as limit set tenant; or none': 'Geld je Tag, wie limit set tenant; oder none',
  'money a month, likewise': 'Geld je Monat, ebenso',
  "whose people sign in there, a tenant's, with its roles alone; empty: the system's":
    'wessen Leute sich dort anmelden: die eines Mandanten, nur mit dessen Rollen; leer: die des Systems',
  'also those of this tenant, for whoever comes by its address':
    'auch die dieses Mandanten, für alle, die über dessen Adresse kommen',
  'the dealer': 'der Händler',
  'how many tenants it may have': 'wie viele Mandanten er haben darf',
  'of all of its tenants together': 'von allen seinen Mandanten zusammen',
  'calls at once that leave, of all of its tenants together':
    'gleichzeitige Anrufe nach außen, von allen seinen Mandanten zusammen',
  'money a day, of all of its tenants together': 'Geld je Tag, von allen seinen Mandanten zusammen',
  'money a month, of all of its tenants together': 'Geld je Monat, von allen seinen Mandanten zusammen',
  'of class dealer: whose tenants they reach': 'bei der Klasse dealer: wessen Mandanten sie erreichen',
  "only of this tenant; who is of one hears of no other, and a dealer's users name one":
    'nur von diesem Mandanten; wer zu einem gehört, hört von keinem anderen, und wer zu einem Händler gehört, nennt einen',
  'how many, newest first': 'wie viele, die neuesten zuerst',
  'only what this one did, such as "uid 0"': 'nur, was dieser getan hat, etwa „uid 0“',
  'only entries of this kind': 'nur Einträge dieser Art',
  'at or after, in ms since 1970': 'dann oder später, in ms seit 1970',
  'before, in ms since 1970': 'davor, in ms seit 1970',
  'only entries before this number, to go on with a list': 'nur Einträge vor dieser Nummer, um eine Liste fortzusetzen',
  'what was done outside of this program, and why': 'was außerhalb dieses Programms getan wurde, und warum',
  'only what follows this entry': 'nur, was auf diesen Eintrag folgt',
  'an exported log; the one on disk when left out': 'ein exportiertes Protokoll; leer: das auf der Platte',
  'whose signature it has to carry, 64 hexadecimal digits': 'wessen Unterschrift es tragen muss, 64 hexadezimale Ziffern',
  'NUMBER:HASH of an entry that was seen before and has to be in it':
    'NUMMER:HASH eines Eintrags, der früher gesehen wurde und darin sein muss',
  'rows of one answer, 1000 when not given': 'Zeilen einer Antwort, ohne Angabe 1000',
  'a key of the configuration, such as login.idle_s; see: setting list':
    'ein Schlüssel der Konfiguration, etwa login.idle_s; siehe: setting list',
  'a number, true or false, a text, or a list with commas; empty: none':
    'eine Zahl, true oder false, ein Text, oder eine Liste mit Kommas; leer: keine',
  'also when it keeps you out of the pages from where you are':
    'auch wenn es Sie dort, wo Sie sind, von den Seiten aussperrt',
  'the rule, or the handwriting of a tool, as guard rules names it': 'die Regel, oder die Handschrift eines Werkzeugs, wie guard rules sie nennt',
  'whether it is used; all that a handwriting has': 'ob sie benutzt wird; mehr hat eine Handschrift nicht',
  'what becomes of whom it catches; watch only tells': 'was aus dem wird, den sie fängt; watch meldet nur',
  'so many of it, up to 24 where different values are counted': 'so viele davon, bis 24, wo verschiedene Werte gezählt werden',
  'within so many seconds': 'binnen so vieler Sekunden',
  'for so many seconds at least': 'für mindestens so viele Sekunden',
  'how many rows to pass over': 'wie viele Zeilen übersprungen werden',
  "the call's id, from call list": 'die Kennung des Anrufs, aus call list',
  'caller or dialled number': 'Anrufer oder gewählte Nummer',
  'how the call ended': 'wie der Anruf endete',
  'begun at or after, in ms since 1970': 'dann oder später begonnen, in ms seit 1970',
  'begun before, in ms since 1970': 'davor begonnen, in ms seit 1970',
  'how many of the newest to pass over': 'wie viele der neuesten übersprungen werden',
  'its name': 'der Name',
  'first/next seconds of rows that name none': 'erste/weitere Sekunden der Zeilen, die keine nennen',
  'a price a minute above this is taken for a slip': 'ein Minutenpreis darüber gilt als Tippfehler',
  'for people': 'für Menschen',
  'keys that are to have their standing values again, with commas':
    'Schlüssel, die wieder ihre üblichen Werte haben sollen, mit Komma getrennt',
  'CSV: prefix,rate_per_min and more': 'CSV: prefix,rate_per_min und mehr',
  "from the sheet's beginning on only the sheet counts": 'vom Beginn des Blattes an gilt nur das Blatt',
  'the emergency number, such as 112': 'die Notrufnummer, etwa 112',
  'the extension that calls': 'die Nebenstelle, die anruft',
  'only up to this number; else all that there are': 'nur bis zu dieser Nummer; sonst alle',
  'the contact': 'der Empfänger',
  'how it is told': 'wie er benachrichtigt wird',
  'an e-mail address, an https:// URL, tls:HOST:PORT or udp:HOST:PORT of syslog, or EXTENSION:NUMBER, which that extension calls':
    'eine E-Mail-Adresse, eine https://-Adresse, tls:HOST:PORT oder udp:HOST:PORT für Syslog, oder NEBENSTELLE:NUMMER, die jene Nebenstelle anruft',
  'en when not given': 'ohne Angabe en',
  'whether anything is sent there': 'ob dorthin etwas gesendet wird',
  'minutes in which all but critical events become one message; 0: none':
    'Minuten, in denen alle Ereignisse außer kritischen zu einer Nachricht werden; 0: keine',
  'hours such as 22:00-06:00 in which only critical events come; empty: none':
    'Stunden wie 22:00-06:00, in denen nur kritische Ereignisse kommen; leer: keine',
  'blocks that its server may be in although they are not public: 10.1.0.0/16':
    'Netze, in denen sein Server stehen darf, obwohl sie nicht öffentlich sind: 10.1.0.0/16',
  "certificates of who may vouch for the server (PEM); none: the system's":
    'Zertifikate derer, die für den Server bürgen dürfen (PEM); keine: die des Systems',
  'a JSON object a line, or CSV; json when not given': 'ein JSON-Objekt je Zeile, oder CSV; ohne Angabe json',
  'only these and graver ones': 'nur diese und schwerere',
  'only these, with commas: guard.*,trunk.down; see: event kinds':
    'nur diese, mit Komma getrennt: guard.*,trunk.down; siehe: event kinds',
  'only what is about this': 'nur, was hiervon handelt',
  'only those that nobody acknowledged': 'nur, was niemand quittiert hat',
  'the route': 'die Regel',
  'who is told': 'wer benachrichtigt wird',
  'which, with commas: guard.*,trunk.down; * when not given': 'welche, mit Komma getrennt: guard.*,trunk.down; ohne Angabe *',
  'these and graver ones; warning when not given': 'diese und schwerere; ohne Angabe warning',
  'an event, see: ringfence event kinds': 'ein Ereignis, siehe: ringfence event kinds',
  'one line, with values such as {title} {level} {subject}': 'eine Zeile, mit Werten wie {title} {level} {subject}',
  'the text, with values {title} {level} {subject} {text} {time} {count} {kind} {system} {id}':
    'der Text, mit den Werten {title} {level} {subject} {text} {time} {count} {kind} {system} {id}',
  'whom to tell': 'wer benachrichtigt wird',
  'only events before this number, to go on with a list': 'nur Ereignisse vor dieser Nummer, um eine Liste fortzusetzen',
  'its number, from the list': 'die Nummer, aus der Liste',
  "only this extension's": 'nur die dieser Nebenstelle',
  'the extension, 2 to 15 digits': 'die Nebenstelle, 2 bis 15 Ziffern',
  'display name': 'angezeigter Name',
  'whether it may register and call': 'ob sie sich anmelden und anrufen darf',
  'may register from outside the local networks': 'darf sich von außerhalb der lokalen Netze anmelden',
  'may authenticate with MD5 digest': 'darf sich mit MD5-Digest ausweisen',
  'phones at once': 'Telefone zugleich',
  'what a registration does when all are taken': 'was eine Anmeldung tut, wenn alle Plätze belegt sind',
  'calls at once': 'Anrufe zugleich',
  'from outside over TLS only': 'von außen nur über TLS',
  'only phones whose User-Agent begins so; empty: any': 'nur Telefone, deren User-Agent so beginnt; leer: alle',
  'only from these addresses or blocks, with commas; empty: anywhere':
    'nur von diesen Adressen oder Netzen, mit Komma getrennt; leer: von überall',
  'from outside only from these, such as DE,AT; empty: any': 'von außen nur aus diesen Ländern, etwa DE,AT; leer: aus allen',
  'instead of a generated one': 'statt eines erzeugten',
  'also when it lets somebody who showed no password call at your cost':
    'auch wenn dadurch jemand auf Ihre Kosten anrufen kann, der kein Passwort gezeigt hat',
  'whose limits hold for it, too': 'deren Grenzen auch für sie gelten',
  'that routes may ask for': 'nach denen Wege fragen können',
  'how far it may call': 'wie weit sie anrufen darf',
  'abroad only these countries; empty: any': 'im Ausland nur diese Länder; leer: alle',
  'costly numbers that it may call, several with ,: premium, shared_cost, personal, satellite, global_network, pager, unknown':
    'teure Nummern, die sie anrufen darf, mehrere mit ,: premium, shared_cost, personal, satellite, global_network, pager, unknown',
  'a schedule outside which it calls nobody outside; empty: any time':
    'ein Zeitplan, außerhalb dessen sie niemanden draußen anruft; leer: jederzeit',
  "its number as seen outside; empty: the trunk's": 'ihre Nummer, wie man sie draußen sieht; leer: die der Leitung',
  'where its calls go instead, as it would dial; empty: nowhere': 'wohin Anrufe stattdessen gehen, wie sie es wählen würde; leer: nirgendhin',
  'where they go while it is busy': 'wohin sie gehen, solange sie spricht',
  'where they go when it does not answer': 'wohin sie gehen, wenn sie nicht abnimmt',
  'where they go while no phone of its is registered': 'wohin sie gehen, solange keines ihrer Telefone angemeldet ist',
  'of ringing, until forward_no_answer': 'Klingeln bis zur Weiterleitung ohne Antwort',
  'how far forwarding may lead, at most as far as it may call':
    'wie weit eine Weiterleitung führen darf, höchstens so weit, wie sie anrufen darf',
  'SRTP with its phones; by_transport: as [media.encryption] of the file says':
    'SRTP mit ihren Telefonen; by_transport: wie [media.encryption] der Datei sagt',
  'how keys are sent to its phones and taken from them; auto: as their descriptions say':
    'wie Tasten an ihre Telefone gehen und von ihnen kommen; auto: wie ihre Beschreibungen sagen',
  'may transfer who it talks to': 'darf weitergeben, mit wem sie spricht',
  'how much, such as 20 or 7.50; below zero: less': 'wie viel, etwa 20 oder 7.50; unter null: weniger',
  'its registration name, from extension devices': 'sein Anmeldename, aus extension devices',
  'how long it is good, such as 10m, 2h or 1d; 15m when not given': 'wie lange er gilt, etwa 10m, 2h oder 1d; ohne Angabe 15m',
  "as a QR code, too, for a phone's camera": 'auch als QR-Code für die Kamera eines Telefons',
  'a new registration name as well': 'auch ein neuer Anmeldename',
  'whose language, nft when not given': 'in wessen Sprache, ohne Angabe nft',
  'take the table out instead': 'die Tabelle stattdessen herausnehmen',
  'an address, or a block such as 192.0.2.0/24 or 192.0.2.0/255.255.255.0':
    'eine Adresse oder ein Netz wie 192.0.2.0/24 oder 192.0.2.0/255.255.255.0',
  'for so long; else for good': 'für so lange; sonst auf Dauer',
  'why, for whoever reads the list': 'warum, für die, die die Liste lesen',
  'also when it cuts off what is protected': 'auch wenn es Geschütztes abschneidet',
  'ended ones too, which make the next ban longer': 'auch beendete, die die nächste Sperre verlängern',
  'the newest first; else those that last longest': 'die neuesten zuerst; sonst die, die am längsten dauern',
  'only those by this rule': 'nur die durch diese Regel',
  'only those of this department': 'nur die dieser Abteilung',
  'only those whose number, name or registration name holds this text': 'nur die, deren Nummer, Name oder Anmeldename diesen Text enthält',
  'countries by their codes, such as DE or DE,AT,CH': 'Länder nach ihren Kürzeln, etwa DE oder DE,AT,CH',
  'an IPv4 or IPv6 address': 'eine IPv4- oder IPv6-Adresse',
  'lines as guard export writes them, or a list of blocks': 'Zeilen, wie guard export sie schreibt, oder eine Liste von Netzen',
  'a foreign list of addresses or blocks to drop, one a line': 'eine fremde Liste von Adressen oder Netzen, die verworfen werden, eine je Zeile',
  'with --blocklist: where it is from, for whoever reads the access list':
    'bei einer fremden Liste: woher sie ist, für die, die die Zugangsliste lesen',
  'allow it for so long, 60 when not given; 0: not at all': 'so lange erlaubt, ohne Angabe 60; 0: gar nicht',
  'its port, 5060 when not given': 'ihr Port, ohne Angabe 5060',
  'how it comes, udp when not given': 'wie sie kommt, ohne Angabe udp',
  'what it asks, REGISTER when not given': 'was sie will, ohne Angabe REGISTER',
  'the number that it asks for': 'die Nummer, nach der sie fragt',
  'what it calls itself': 'wie sie sich nennt',
  'whether it is used': 'ob das benutzt wird',
  'only calls of this one; empty: of any': 'nur Anrufe von dieser; leer: von jeder',
  'our numbers, such as +4930123X.; empty: all': 'unsere Nummern, etwa +4930123X.; leer: alle',
  'their numbers; empty: everybody': 'die Nummern der Anrufer; leer: alle',
  'and those of these number lists': 'und die dieser Nummernlisten',
  'a number that calls more often is rejected, such as 5 per 1m': 'eine Nummer, die öfter anruft, wird abgewiesen, etwa 5 per 1m',
  'takes callers who show no number': 'nimmt Anrufer an, die keine Nummer zeigen',
  'a schedule; empty: any time': 'ein Zeitplan; leer: jederzeit',
  'what becomes of the call': 'was aus dem Anruf wird',
  'who is called': 'wer angerufen wird',
  'which group rings': 'welche Gruppe klingelt',
  'the prompt that is played before we hang up': 'die Ansage, bevor aufgelegt wird',
  'to before this one; else behind all': 'vor diesen; sonst hinter alle',
  'system, tenant, extension, extension.1001, department.NAME, trunk or trunk.NAME':
    'system, tenant, extension, extension.1001, department.NAME, trunk oder trunk.NAME',
  'spent in a day at most': 'höchstens an einem Tag ausgegeben',
  'spent in a month at most': 'höchstens in einem Monat ausgegeben',
  'calls are paid from credit': 'Anrufe werden aus Guthaben bezahlt',
  'no paid call at all': 'gar kein bezahlter Anruf',
  'warns at so much of a cap, rising': 'warnt bei so viel Prozent einer Grenze, steigend',
  'calls in a time, such as 5 per 1s or distinct 20 per 1h; alert 20 per 1m: told, not refused':
    'Anrufe in einer Zeit, etwa 5 per 1s oder distinct 20 per 1h; alert 20 per 1m: gemeldet, nicht abgelehnt',
  'outside calls at once, told from so many on; 0: never': 'Anrufe nach draußen zugleich, ab so vielen gemeldet; 0: nie',
  'outside calls at once, refused beyond; 0: any number': 'Anrufe nach draußen zugleich, darüber abgelehnt; 0: beliebig viele',
  'of one call at most; 0s: no limit of its own': 'eines Anrufs höchstens; 0s: keine eigene Grenze',
  'a call that is so unusual is told, 1 to 100; 0: never': 'ein so ungewöhnlicher Anruf wird gemeldet, 1 bis 100; 0: nie',
  'leaves only after a PIN, 1 to 100; 0: never': 'geht nur nach einer PIN hinaus, 1 bis 100; 0: nie',
  'is refused, 1 to 100; 0: never': 'wird abgelehnt, 1 bis 100; 0: nie',
  'of the tenant: the list of PINs for unusual_pin, where the route has none; empty: refused':
    'des Mandanten: die PIN-Liste für ungewöhnliche Anrufe, wo der Weg keine hat; leer: abgelehnt',
  'its name or address; empty: no letters are sent': 'sein Name oder seine Adresse; leer: es gehen keine E-Mails hinaus',
  '587 when not given': 'ohne Angabe 587',
  'starttls when not given; none: in the clear, without a password': 'ohne Angabe starttls; none: unverschlüsselt, ohne Passwort',
  'to sign in with; empty: nobody signs in': 'zum Anmelden; leer: niemand meldet sich an',
  'the password of that user': 'das Passwort dieses Benutzers',
  'the address that letters come from': 'die Adresse, von der E-Mails kommen',
  'what lines say that name nothing': 'was Zeilen sagen, die nichts nennen',
  'its lines may say allowed': 'ihre Zeilen dürfen allowed sagen',
  'numbers, one a line': 'Nummern, eine je Zeile',
  'wrong ones of an extension, over all its calls, until it is locked out':
    'falsche Eingaben einer Nebenstelle, über alle ihre Anrufe, bis sie ausgesperrt ist',
  'a PIN, which only its account knows; or an account code, which says whose the call is and is no secret':
    'eine PIN, die nur ihr Konto kennt; oder ein Abrechnungscode, der sagt, wessen Anruf es ist, und kein Geheimnis ist',
  'for so long': 'für so lange',
  'the list of PINs': 'die PIN-Liste',
  'whose it is, or the account code; stands in call records':
    'wem sie gehört, oder der Abrechnungscode; steht in den Anruflisten',
  'instead of one that is made': 'statt einer erzeugten',
  'as policy export writes it': 'wie policy export sie schreibt',
  'what is not in the file goes': 'was nicht in der Datei steht, geht',
  'calls of the past from then on are asked again; those of 31 days when not given':
    'vergangene Anrufe werden von da an neu befragt; ohne Angabe die von 31 Tagen',
  'an extension, or outside: who showed no password': 'eine Nebenstelle, oder outside: wer kein Passwort gezeigt hat',
  'a country such as GB, or a kind of number such as premium': 'ein Land wie GB, oder eine Art von Nummer wie premium',
  'only this contact; else all': 'nur diese Kontaktadresse; sonst alle',
  'what is dialled for it': 'was man dafür wählt',
  'who rings, in this order': 'wer klingelt, in dieser Reihenfolge',
  'all at once, one after the other, or first whoever was called longest ago':
    'alle zugleich, einer nach dem anderen, oder zuerst, wer am längsten nicht angerufen wurde',
  'how long all ring, or each of them in turn': 'wie lange alle klingeln, oder jeder der Reihe nach',
  'who is called when nobody answered': 'wer angerufen wird, wenn niemand abnahm',
  'the role': 'die Rolle',
  'the role that it begins as': 'die Rolle, mit der sie beginnt',
  'what people call the role': 'wie man die Rolle nennt',
  'permissions, with commas: call.read, call.*, *.read': 'Rechte, mit Komma getrennt: call.read, call.*, *.read',
  'permissions that it is to lose': 'Rechte, die sie verlieren soll',
  'the trunk that brings it': 'die Leitung, die ihn bringt',
  'the number that is called, as the trunk writes it': 'die gerufene Nummer, wie die Leitung sie schreibt',
  'who calls, as the trunk writes it; without it nobody known': 'wer anruft, wie die Leitung es schreibt; ohne Angabe niemand Bekanntes',
  'what it dials': 'was sie wählt',
  'what it dials for; a call when absent': 'wofür sie wählt; ohne Angabe ein Anruf',
  'at this time, in ms since 1970': 'zu dieser Zeit, in ms seit 1970',
  'what is dialled, such as 0Z. or +44.; empty: all': 'was gewählt wird, etwa 0Z. oder +44.; leer: alles',
  'who may use it; empty: everybody': 'wer ihn benutzen darf; leer: alle',
  'who may use it': 'wer ihn benutzen darf',
  'of the called number; empty: any': 'der angerufenen Nummer; leer: alle',
  'of the number that the caller shows, else its home; empty: any': 'der Nummer, die der Anrufer zeigt, sonst seine Heimat; leer: alle',
  'in the order in which they are tried': 'in der Reihenfolge, in der sie versucht werden',
  'the cheapest trunk first instead': 'stattdessen die billigste Leitung zuerst',
  "by the trunks' priority instead, and equals by their weight": 'stattdessen nach Vorrang der Leitungen, gleiche nach ihrem Gewicht',
  "instead of the trunk's": 'statt dem der Leitung',
  'digits taken off the front then': 'Ziffern, die dann vorne wegfallen',
  'put there instead': 'was stattdessen dorthin kommt',
  'a PIN or account code of this list is asked for; empty: none':
    'eine PIN oder ein Abrechnungscode dieser Liste wird verlangt; leer: nichts davon',
  'calling roles that may use it': 'Anrufrechte, mit denen er benutzt werden darf',
  'what it may call; what it says itself may be less, never more; empty: only what it says itself':
    'was sie anrufen darf; was sie selbst sagt, darf weniger sein, nie mehr; leer: nur, was sie selbst sagt',
  'never these countries, whatever others allow: country deny':
    'nie diese Länder, was immer andere erlauben: country deny',
  'countries by their codes, such as CU or CU,KP': 'Länder mit ihren Kürzeln, etwa CU oder CU,KP',
  'for whom: system, tenant or department.NAME': 'für wen: system, tenant oder department.NAME',
  'for whom: system, tenant, department.NAME or extension.NUMBER':
    'für wen: system, tenant, department.NAME oder extension.NUMMER',
  'and abroad none but these': 'und im Ausland keine anderen',
  'such as mon-fri 08:00-18:00 or yearly 12-25 closed': 'etwa mon-fri 08:00-18:00 oder yearly 12-25 closed',
  "whose clock counts; empty: the tenant's": 'wessen Uhr gilt; leer: die des Mandanten',
  "only this user's": 'nur die dieses Benutzers',
  'its id, from the list': 'die Kennung, aus der Liste',
  'what it is called in commands': 'wie es in Befehlen heißt',
  'OpenID Connect, or a directory (LDAP)': 'OpenID Connect, oder ein Verzeichnis (LDAP)',
  'what stands on its button': 'was auf der Schaltfläche steht',
  'the issuer (https://…); of a directory ldaps://host, or ldap://host for StartTLS':
    'der Aussteller (https://…); bei einem Verzeichnis ldaps://host, oder ldap://host für StartTLS',
  'our id there; of a directory the DN of an account that may search':
    'unsere Kennung dort; bei einem Verzeichnis der DN eines Kontos, das suchen darf',
  'which group gives which role, the first that fits: admins=system; staff=employee':
    'welche Gruppe welche Rolle gibt, die erste passende: admins=system; staff=employee',
  'the claim or attribute that names groups: groups, or memberOf of a directory':
    'die Angabe, die Gruppen nennt: groups, bei einem Verzeichnis memberOf',
  'the claim or attribute that becomes the login name: preferred_username, or uid':
    'die Angabe, die zum Anmeldenamen wird: preferred_username, oder uid',
  'whether people may sign in there': 'ob man sich dort anmelden darf',
  'its people have no password here': 'seine Leute haben hier kein Passwort',
  'it asks for a second factor itself, so none is a duty here': 'es verlangt selbst einen zweiten Faktor, so ist hier keiner Pflicht',
  'OpenID Connect: what is asked for, openid profile email when not given':
    'OpenID Connect: worum gebeten wird, ohne Angabe openid profile email',
  'OpenID Connect: where the provider may be besides public addresses, such as 10.0.0.0/8':
    'OpenID Connect: wo der Anbieter außer an öffentlichen Adressen stehen darf, etwa 10.0.0.0/8',
  'directory: the DN below which people are': 'Verzeichnis: der DN, unter dem die Leute stehen',
  'directory: who is meant, with {name} for what was typed; (uid={name}) when not given':
    'Verzeichnis: wer gemeint ist, mit {name} für das Getippte; ohne Angabe (uid={name})',
  'directory: the DN below which groups are searched for; none: the attribute counts':
    'Verzeichnis: der DN, unter dem Gruppen gesucht werden; keiner: die Angabe zählt',
  'directory: whose groups, with {dn}; (member={dn}) when not given': 'Verzeichnis: wessen Gruppen, mit {dn}; ohne Angabe (member={dn})',
  'also when people sign in there, who are removed with it': 'auch wenn sich dort Leute anmelden, die damit entfernt werden',
  'certificates in PEM that its own has to come from; empty: those that the system trusts':
    'Zertifikate in PEM, von denen das seine kommen muss; leer: denen das System vertraut',
  "our secret there, or our account's password": 'unser Geheimnis dort, oder das Passwort unseres Kontos',
  'only accounts of this kind': 'nur Konten dieser Art',
  'the country whose dialling holds; without it nobody calls outside':
    'das Land, nach dem gewählt wird; ohne es ruft niemand nach draußen an',
  'for numbers dialled without one, such as 30': 'für Nummern, die ohne eine gewählt werden, etwa 30',
  "that mean +, besides the country's": 'die + bedeuten, neben denen des Landes',
  'dialled for an outside line, such as 0': 'für ein Amt gewählt, etwa 0',
  'emergency numbers besides those of the country': 'Notrufnummern neben denen des Landes',
  "the carrier's number for tests, which leaves as emergency calls do; free of charge, or it costs uncounted":
    'die Nummer des Anbieters für Proben, die hinausgeht wie Notrufe; kostenlos, sonst kostet sie ungezählt',
  'of what we say': 'dessen, was wir sagen',
  'whose days and months money counts in': 'in deren Tagen und Monaten Geld zählt',
  'of every amount and deck': 'jedes Betrags und jeder Preisliste',
  "a call's length, for least cost": 'die Länge eines Anrufs, für den billigsten Weg',
  "for how long a running call's money is set aside": 'für wie lange das Geld eines laufenden Anrufs zurückgelegt wird',
  'what it is for, for whoever reads the list': 'wofür es ist, für die, die die Liste lesen',
  'as whom the program acts': 'als wer das Programm handelt',
  'permissions, with commas: cdr.read, call.*, *.read': 'Rechte, mit Komma getrennt: cdr.read, call.*, *.read',
  'that it is good for, 90 when not given': 'die es gilt, ohne Angabe 90',
  "the call's id, from cdr list": 'die Kennung des Anrufs, aus cdr list',
  "the call's id, from call list or cdr list": 'die Kennung des Anrufs, aus call list oder cdr list',
  'telephone numbers in full, which takes trace-number.read': 'Telefonnummern in voller Länge, wozu trace-number.read nötig ist',
  'text when not given; pcap for Wireshark': 'ohne Angabe text; pcap für Wireshark',
  'only messages from or to this number': 'nur Nachrichten von oder an diese Nummer',
  'only messages from or to this address or block': 'nur Nachrichten von oder an diese Adresse oder dieses Netz',
  'recorded at or after, in ms since 1970': 'dann oder später aufgezeichnet, in ms seit 1970',
  'recorded before, in ms since 1970': 'davor aufgezeichnet, in ms seit 1970',
  'how many, the newest': 'wie viele, die neuesten',
  'how it is recognised': 'woran sie erkannt wird',
  'where calls go, such as sip:provider.example;transport=tls': 'wohin Anrufe gehen, etwa sip:provider.example;transport=tls',
  'in what is said of us there; empty: the host of uri': 'in dem, was dort von uns gesagt wird; leer: der Host der Adresse',
  'for its challenges, or of its gateway with us; its password: trunk password':
    'für seine Rückfragen, oder seines Gateways bei uns; das Passwort: trunk password',
  'that get an answer; empty: the first that asks': 'die eine Antwort bekommen; leer: der erste, der fragt',
  'may ask for MD5 digest': 'darf MD5-Digest verlangen',
  'without any response so long, the next trunk is tried': 'so lange ohne Antwort, dann wird die nächste Leitung versucht',
  'how often it is asked whether it lives (OPTIONS); 0s: never, its calls tell':
    'wie oft gefragt wird, ob sie lebt (OPTIONS); 0s: nie, ihre Anrufe zeigen es',
  "how its provider reads numbers; empty: the tenant's": 'wie der Anbieter Nummern liest; leer: wie der Mandant',
  'its prices; without one only free calls leave': 'ihre Preise; ohne Preisliste gehen nur kostenlose Anrufe hinaus',
  'lower ones first': 'niedrigere zuerst',
  'the share among equals': 'der Anteil unter gleichen',
  'how called numbers are written': 'wie angerufene Nummern geschrieben werden',
  'addresses that it comes from': 'Adressen, von denen sie kommt',
  'names in its certificate': 'Namen in ihrem Zertifikat',
  'who has it, as pages and letters say': 'wem sie gehört, wie Seiten und Briefe es nennen',
  "in PEM the server's certificate, those that lead to its authority, and its key without a password":
    'in PEM das Zertifikat des Servers, jene, die zu seiner Zertifizierungsstelle führen, und sein Schlüssel ohne Passwort',
  'beginnings of our numbers that only it calls': 'Anfänge unserer Nummern, die nur sie anruft',
  'domains that only it may speak for': 'Domänen, für die nur sie sprechen darf',
  'TLS or nothing': 'TLS oder nichts',
  'SRTP with it; by_transport: optional over TLS, else off': 'SRTP mit ihr; by_transport: über TLS möglich, sonst aus',
  'how keys are sent to it and taken from it; auto: as its descriptions say':
    'wie Tasten an sie gehen und von ihr kommen; auto: wie ihre Beschreibungen sagen',
  'whoever can forge its address may call at your cost (needs --force)':
    'wer ihre Adresse fälschen kann, darf auf Ihre Kosten anrufen (verlangt --force)',
  "the caller's number that it is shown": 'die Nummer des Anrufers, die sie zu sehen bekommt',
  'numbers that may be shown': 'Nummern, die gezeigt werden dürfen',
  'shown for everybody else; empty: anonymous': 'für alle anderen gezeigt; leer: anonym',
  "how callers' numbers are written, and the called ones that it brings":
    'wie Nummern von Anrufern geschrieben werden, und die gerufenen, die er bringt',
  'the own country code for national, such as 49; empty: of home':
    'die eigene Landesvorwahl für national, etwa 49; leer: die von home',
  'may hear numbers of those who want to be hidden': 'darf Nummern derer erfahren, die verborgen bleiben wollen',
  'identity told beside From': 'welche Angabe neben From steht',
  'display names leave the house': 'angezeigte Namen verlassen das Haus',
  'forwarded calls show the outside caller': 'weitergeleitete Anrufe zeigen den Anrufer von draußen',
  'how forwarding is told': 'wie eine Weiterleitung mitgeteilt wird',
  'who it says is calling is believed': 'wen sie als Anrufer nennt, dem wird geglaubt',
  'the least proof for that': 'der geringste Beweis dafür',
  'calls out at once, told from so many on; 0: never': 'Anrufe hinaus zugleich, ab so vielen gemeldet; 0: nie',
  'calls out at once, refused beyond; 0: any number': 'Anrufe hinaus zugleich, darüber abgelehnt; 0: beliebig viele',
  'calls in at once, told from so many on; 0: never': 'Anrufe herein zugleich, ab so vielen gemeldet; 0: nie',
  'calls in at once, refused beyond; 0: any number': 'Anrufe herein zugleich, darüber abgelehnt; 0: beliebig viele',
  'calls that it may bring in a time, such as 5 per 1s, alert 3 per 1s; out: limit set trunk.NAME --paces':
    'Anrufe, die sie in einer Zeit bringen darf, etwa 5 per 1s, alert 3 per 1s; hinaus: limit set trunk.NAME --paces',
  'calls at once, told from so many on; 0: never': 'Anrufe zugleich, ab so vielen gemeldet; 0: nie',
  'calls at once, refused beyond; 0: any number': 'Anrufe zugleich, darüber abgelehnt; 0: beliebig viele',
  'calls of one tenant at once, told from so many on; 0: never': 'Anrufe eines Mandanten zugleich, ab so vielen gemeldet; 0: nie',
  'calls of one tenant at once, refused beyond; 0: any number': 'Anrufe eines Mandanten zugleich, darüber abgelehnt; 0: beliebig viele',
  'also when it lets whoever forges an address call at your cost': 'auch wenn dann auf Ihre Kosten anrufen kann, wer eine Adresse fälscht',
  "the provider's": 'das des Anbieters',
  'how long the link is good, such as 2h or 1d': 'wie lange der Link gilt, etwa 2h oder 1d',
  'the name to sign in with': 'der Name zum Anmelden',
  'whose account it is, tenant when not given': 'wessen Konto es ist, ohne Angabe tenant',
  'a role, see: ringfence role list': 'eine Rolle, siehe: ringfence role list',
  'what people call them': 'wie man sie nennt',
  'an e-mail address': 'eine E-Mail-Adresse',
  'their own extension, one of their tenant; empty: none': 'ihre eigene Nebenstelle, eine ihres Mandanten; leer: keine',
  'whether they may sign in': 'ob sie sich anmelden dürfen',
  'has to choose another password at the next login': 'muss bei der nächsten Anmeldung ein anderes Passwort wählen',
  'their second factor ends, too': 'auch ihr zweiter Faktor endet',
  'calls, registrations, bans, spend, events, with commas; all that one may when not given':
    'calls, registrations, bans, spend, events, mit Komma getrennt; ohne Angabe alle, die man darf',
};

interface Parts {
  readonly base: string;
  readonly separator: string;
  readonly standing: string;
}

/** What is said, and what stands behind it of every list and of every value that holds when nothing is said. */
function partsOf(help: string): Parts {
  const [, base = help, separator = '', standing = ''] = /^(.+?)(?:, several with ([,;]))?( \([^()]+\))?$/.exec(help) ?? [];
  return { base, separator, standing };
}

/** The same in German; a text that is not known stays as it is. */
export function inGerman(help: string): string {
  const whole = germanHelp[help];
  if (whole !== undefined) return whole;
  const { base, separator, standing } = partsOf(help);
  const known = germanHelp[base];
  return known === undefined ? help : `${known}${separator && `, mehrere mit ${separator}`}${standing}`;
}

/** By what a text is found in the table. */
export const keyOf = (help: string): string => (help in germanHelp ? help : partsOf(help).base);
