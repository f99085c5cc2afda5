// The guard: bans, what is known against an address, lists of blocks and countries.

export const guard: Readonly<Record<string, string>> = {
  '{} {}; at most {} can be kept': '{} {}; höchstens {} lassen sich halten',
  'access entries': 'Einträge der Zugangsliste',
  'defence rules': 'feste Regeln',
  'detection rules': 'Erkennungsregeln',
  'User-Agent patterns': 'Muster für User-Agents',
  'protected addresses': 'geschützte Adressen',
  'the list of ban durations is empty': 'die Liste der Sperrdauern ist leer',
  'a throttled source needs a trickle: a packet now and then, or no phone ever gets out of it':
    'eine gebremste Quelle braucht ein Rinnsal: ab und zu ein Paket, sonst kommt kein Telefon je wieder heraus',
  'block {} would cut off {} ({}); force it if that is meant':
    'block {} würde {} ({}) ausschließen; erzwingen Sie es, wenn das gemeint ist',
  'ports {} to {} are no range': 'die Ports {} bis {} sind kein Bereich',
  'a rule about a country needs the country database': 'eine Regel über ein Land braucht die Länderdatenbank',
  '{} would cut off {} ({}); force it if that is meant':
    '{} würde {} ({}) ausschließen; erzwingen Sie es, wenn das gemeint ist',
  'country rules need the country database': 'Länderregeln brauchen die Länderdatenbank',
  'these countries would cut off {} ({}, {}); force it if that is meant':
    'diese Länder würden {} ({}, {}) ausschließen; erzwingen Sie es, wenn das gemeint ist',
  '{}: signals, a threshold (1 to 60000; 24 of different values) and a period of 1 s to 31 d are needed':
    '{}: Signale, eine Schwelle (1 bis 60000; 24 bei verschiedenen Werten) und ein Zeitraum von 1 s bis 31 d sind nötig',
  '{}: a source has {} counters and other rules use them all; turn one off':
    '{}: eine Quelle hat {} Zähler, und andere Regeln brauchen sie alle; schalten Sie eine aus',
  'Nothing speaks against it.': 'Nichts spricht dagegen.',
  'The access list allows this address; nothing more is looked at.':
    'Die Zugangsliste erlaubt diese Adresse; weiter wird nichts geprüft.',
  'The access list blocks this address.': 'Die Zugangsliste sperrt diese Adresse.',
  'This address is banned.': 'Diese Adresse ist gesperrt.',
  'This port is blocked; phones with working credentials share its address, so the address is not.':
    'Dieser Port ist gesperrt; Telefone mit gültigen Zugangsdaten teilen die Adresse, darum ist sie selbst es nicht.',
  'A static defence rule is about it.': 'Eine feste Regel handelt davon.',
  'Packets from its country are not allowed.': 'Pakete aus diesem Land sind nicht erlaubt.',
  'All unknown sources together send more than the limit; those that are known keep working.':
    'Alle unbekannten Quellen zusammen senden mehr, als die Grenze erlaubt; bekannte arbeiten weiter.',
  'The source offended without proving that the packets are its own; it gets a trickle until right credentials come.':
    'Die Quelle verstieß gegen Regeln, ohne zu beweisen, dass die Pakete von ihr sind; bis zu richtigen Zugangsdaten wird sie gebremst.',
  'The source is over its limit and the packet does not show that it is not forged.':
    'Die Quelle liegt über ihrer Grenze, und das Paket zeigt nicht, dass es echt ist.',
  'A detection rule caught it with this packet.': 'Mit diesem Paket schlug eine Erkennungsregel an.',
  'Too many wrong passwords for this account from this source.':
    'Zu viele falsche Passwörter für dieses Konto von dieser Quelle.',
  'This account is being guessed from many sources; unknown ones are slowed down.':
    'Dieses Konto wird von vielen Quellen aus erraten; unbekannte werden gebremst.',
  'Requests of this kind out of the blue are counted, and refused even with a password.':
    'Unverlangte Anfragen dieser Art werden gezählt und auch mit Passwort abgelehnt.',
  'Allowed by the access list.': 'Von der Zugangsliste erlaubt.',
  'Blocked by the access list.': 'Von der Zugangsliste gesperrt.',
  'Protected ({}): it is watched and never banned.': 'Geschützt ({}): Die Adresse wird beobachtet und nie gesperrt.',
  'Banned by {}: {}.{}': 'Gesperrt durch {}: {}.{}',
  'Dropped: its country is not allowed.': 'Verworfen: Das Land ist nicht erlaubt.',
  'Throttled to a trickle by {}; right credentials end it.':
    'Durch {} auf ein Rinnsal gebremst; richtige Zugangsdaten beenden es.',
  'Nothing is in force against it.': 'Nichts ist gegen sie in Kraft.',
  'right credentials came from there': 'richtige Zugangsdaten kamen von dort',
  'wrong passwords for one account from one source': 'falsche Passwörter für ein Konto von einer Quelle',
  'wrong passwords for one account from many sources': 'falsche Passwörter für ein Konto von vielen Quellen',
  'more than {} lines; the rest was not read': 'mehr als {} Zeilen; der Rest wurde nicht gelesen',
  "'{}' is not accept, drop or reject": '„{}“ ist nicht accept, drop oder reject',
  "'{}' wants a value": '„{}“ braucht einen Wert',
  "'{}' is not a country code of two letters": '„{}“ ist kein Ländercode aus zwei Buchstaben',
  "'{}' is not a hardware address like 00:11:22:33:44:55": '„{}“ ist keine Hardware-Adresse wie 00:11:22:33:44:55',
  "'{}' is not a domain name": '„{}“ ist kein Domänenname',
  "'{}' is not any, udp, tcp or tls": '„{}“ ist nicht any, udp, tcp oder tls',
  "'{}' is not a port or a range like 5060-5070": '„{}“ ist kein Port oder Bereich wie 5060-5070',
  "'{}' is not from, protocol, port or force": '„{}“ ist nicht from, protocol, port oder force',
  'a rule says whom it is about: from …': 'eine Regel sagt, wen sie betrifft: from …',
  "'{}' is not a signal": '„{}“ ist kein Signal',
  'count is all or distinct': 'count ist all oder distinct',
  'protocol is any, udp, tcp or tls': 'protocol ist any, udp, tcp oder tls',
  'port is a number or a range like 5060-5070': 'port ist eine Zahl oder ein Bereich wie 5060-5070',
  'threshold is a number from 1 to 60000': 'threshold ist eine Zahl von 1 bis 60000',
  '{} is a time like 60 s, 5 min, 1 h or 7 d': '{} ist eine Zeit wie 60 s, 5 min, 1 h oder 7 d',
  'then is watch, throttle or ban': 'then ist watch, throttle oder ban',
  'enabled is yes or no': 'enabled ist yes oder no',
  "'{}' is not a key of a rule": '„{}“ ist kein Schlüssel einer Regel',
  "'{}' is not allow or block": '„{}“ ist nicht allow oder block',
  "'{}' is not understood here; a description follows a #":
    '„{}“ wird hier nicht verstanden; eine Beschreibung folgt auf #',
  '{} is wider than any block that a foreign list may name':
    '{} ist weiter als jeder Block, den eine fremde Liste nennen darf',
  '{} is a private or special network': '{} ist ein privates oder besonderes Netz',
  'a line is key = value': 'eine Zeile ist schlüssel = wert',
  'the rule names no signal': 'die Regel nennt kein Signal',
  'different values are counted up to 24': 'verschiedene Werte werden bis 24 gezählt',
  "'{}' is not prefix or anywhere": '„{}“ ist nicht prefix oder anywhere',
  'a pattern has 3 to 64 characters': 'ein Muster hat 3 bis 64 Zeichen',
  "'{}' is not branch=, call-id=, from-tag=, from= or contact=":
    '„{}“ ist nicht branch=, call-id=, from-tag=, from= oder contact=',
  'a fingerprint is a name and what its messages look like':
    'ein Fingerabdruck ist ein Name und wie dessen Nachrichten aussehen',
  "'{}' is not an address or a block": '„{}“ ist keine Adresse und kein Block',
  "'{}' is not a netmask": '„{}“ ist keine Netzmaske',
  'an IPv6 block is written with a prefix length': 'ein IPv6-Block wird mit einer Präfixlänge geschrieben',
  'the netmask {} has a hole in it': 'die Netzmaske {} hat ein Loch',
  "'{}' is not a prefix length (0 to {})": '„{}“ ist keine Präfixlänge (0 bis {})',
  '{} has address bits beyond its prefix; the block is {}': '{} hat Adressbits jenseits des Präfixes; der Block ist {}',
  'many networks of this block are banned; the last': 'viele Netze dieses Blocks sind gesperrt; das letzte',
  '{} to {} is no range': '{} bis {} ist kein Bereich',
  'two ranges overlap': 'zwei Bereiche überschneiden sich',
  'the country database {} cannot be used: {}': 'die Länderdatenbank {} ist nicht benutzbar: {}',
  'packet filters are for root, and the server was not started by it':
    'Paketfilter sind root vorbehalten, und der Server wurde nicht von root gestartet',
  'ringfence-firewall is not installed beside this program':
    'ringfence-firewall ist nicht neben diesem Programm installiert',
  'for good': 'für immer',
  'for {} min': 'für {} min',
  '{} is not on the list of commands': '{} ist nicht auf der Liste der Befehle',
  'see: ringfence guard access; what the file allows or blocks is changed in the file':
    'siehe: ringfence guard access; was die Datei erlaubt oder sperrt, wird in der Datei geändert',
  '{} is allowed{}{}; force it if that is meant': '{} ist erlaubt{}{}; erzwingen Sie es, wenn das gemeint ist',
  'nothing was changed; --force does it anyway': 'nichts wurde geändert; --force tut es trotzdem',
  'nothing was changed': 'nichts wurde geändert',
  '{} is off the list.': '{} ist von der Liste genommen.',
  'Only {} may talk to us.': 'Nur {} darf mit uns sprechen.',
  '{} may not talk to us.': '{} darf nicht mit uns sprechen.',
  'Every country may talk to us.': 'Jedes Land darf mit uns sprechen.',
  'see: ringfence guard country list; what the file lists is changed in the file':
    'siehe: ringfence guard country list; was die Datei aufführt, wird in der Datei geändert',
  'countries are either allowed or denied, and now: {}': 'Länder sind entweder erlaubt oder verboten, und jetzt: {}',
  'take these off first: ringfence guard country remove, or in the file':
    'nehmen Sie erst diese weg: ringfence guard country remove, oder in der Datei',
  'the country rules in the database cannot be read': 'die Länderregeln in der Datenbank sind nicht lesbar',
  'begin anew: ringfence guard country remove DE (any country)':
    'beginnen Sie neu: ringfence guard country remove DE (irgendein Land)',
  'nothing was changed; --force does it anyway where somebody would be cut off':
    'nichts wurde geändert; --force tut es trotzdem, wo jemand ausgeschlossen würde',
  'nothing was changed; install it (tools/install), or name one in guard.country_database':
    'nichts wurde geändert; installieren Sie sie (tools/install), oder nennen Sie eine in guard.country_database',
  'install it (tools/install), or name one in guard.country_database':
    'installieren Sie sie (tools/install), oder nennen Sie eine in guard.country_database',
  "it is private, nobody's country": 'sie ist privat, in keinem Land',
  'it is protected': 'sie ist geschützt',
  'a static rule passes it by the country rules': 'eine feste Regel lässt sie an den Länderregeln vorbei',
  'a static rule is about it': 'eine feste Regel handelt von ihr',
  'there are no country rules': 'es gibt keine Länderregeln',
  '{} is allowed': '{} ist erlaubt',
  'unknown countries are allowed': 'unbekannte Länder sind erlaubt',
  '{} is not allowed': '{} ist nicht erlaubt',
  'its country is unknown': 'ihr Land ist unbekannt',
  'nothing was changed; mend these lines': 'nichts wurde geändert; verbessern Sie diese Zeilen',
  'nothing was changed; --force does it anyway, or force in the line itself':
    'nichts wurde geändert; --force tut es trotzdem, oder force in der Zeile selbst',
  '{} entries of the access list and {} static rules are in force, in place of those that commands made before.':
    '{} Einträge der Zugangsliste und {} feste Regeln sind in Kraft, anstelle derer, die Befehle zuvor machten.',
  'line {} was refused: {}': 'Zeile {} wurde abgelehnt: {}',
  '{} further lines were refused': '{} weitere Zeilen wurden abgelehnt',
  '{} blocks are dropped, {} lines were refused.': '{} Blöcke werden verworfen, {} Zeilen wurden abgelehnt.',
  '{} cannot be read; nothing of it is blocked': '{} ist nicht lesbar; nichts davon ist gesperrt',
  '{}: {} further lines were refused': '{}: {} weitere Zeilen wurden abgelehnt',
  'the one that was read before is used': 'die zuvor gelesene wird benutzt',
  'country rules need it: install it (tools/install), or name one in guard.country_database':
    'Länderregeln brauchen sie: installieren Sie sie (tools/install), oder nennen Sie eine in guard.country_database',
  'extensions with countries are refused from outside until it can':
    'Nebenstellen mit Ländern werden von außen so lange abgelehnt',
  'this host': 'dieser Rechner',
  'own address': 'eigene Adresse',
  'the static rules in the database cannot be read': 'die festen Regeln in der Datenbank sind nicht lesbar',
  'change [guard] of the file, or: ringfence guard remove BLOCK, ringfence guard country remove DE, ringfence guard rule remove NAME':
    'ändern Sie [guard] in der Datei, oder: ringfence guard remove BLOCK, ringfence guard country remove DE, ringfence guard rule remove NAME',
  'in user space: {}': 'im Anwendungsraum: {}',
  'refusals are enforced by {}{}{}': 'Ablehnungen werden durchgesetzt von {}{}{}',
  'nothing is reachable from outside this host': 'nichts ist von außerhalb dieses Rechners erreichbar',
  'nothing listens for {}': 'niemand hört auf {}',
  'see: ringfence ports; give another --transport': 'siehe: ringfence ports; geben Sie einen anderen --transport an',
  '{} was not held back': '{w} wurde nicht zurückgehalten',
  'and allowed for {} min': 'und für {} min erlaubt',
  'Banned by {}: {}. Registered phones there keep working.':
    'Gesperrt durch {}: {}. Angemeldete Telefone dort arbeiten weiter.',
  '{} different {} in {} s (limit {}), {} port {}, last "{}"':
    '{} verschiedene {w} in {} s (Grenze {}), {} Port {}, zuletzt „{}“',
  '{} {} in {} s (limit {}), {} port {}, last "{}"': '{} {w} in {} s (Grenze {}), {} Port {}, zuletzt „{}“',
  '{} attempts within a minute; the first: {}': '{} Versuche in einer Minute; der erste: {}',
  'the file {}s countries and commands {} {}; countries are either allowed or denied: change the file, or: ringfence guard country remove {}':
    'Datei und Befehle widersprechen sich über Länder ({3}); Länder sind entweder erlaubt oder verboten: ändern Sie die Datei, oder: ringfence guard country remove {4}',
  'the access list {} it': 'die Zugangsliste sagt darüber {w}',
  'Touched an extension that no real person uses.': 'Hat eine Nebenstelle berührt, die kein Mensch benutzt.',
  'Calls one number after another without credentials, looking for a way out.':
    'Ruft ohne Zugangsdaten eine Nummer nach der anderen an und sucht einen Weg hinaus.',
  'Asks for one extension after another that does not exist.':
    'Fragt nach einer Nebenstelle nach der anderen, die es nicht gibt.',
  'Many wrong passwords from one source.': 'Viele falsche Passwörter von einer Quelle.',
  'More requests for pages in a minute than a person makes, or pages of others that speak from a browser there.':
    'Mehr Anfragen nach Seiten in einer Minute, als ein Mensch stellt, oder fremde Seiten, die aus einem Browser dort sprechen.',
  'Messages that are none, methods that nobody knows, NOTIFY and REFER out of the blue: a fuzzer or a probe.':
    'Nachrichten, die keine sind, Methoden, die niemand kennt, NOTIFY und REFER ungefragt: ein Fuzzer oder eine Sonde.',
  'Asks again and again with OPTIONS without being anybody.': 'Fragt immer wieder mit OPTIONS, ohne jemand zu sein.',
  'More packets in a second than a busy trunk sends.': 'Mehr Pakete in einer Sekunde, als eine volle Leitung sendet.',
  'So many packets in a second that it can only be a flood.':
    'So viele Pakete in einer Sekunde, dass es nur eine Flut sein kann.',
  'One source tries its passwords on many accounts.': 'Eine Quelle probiert ihre Passwörter an vielen Konten.',
  'Calls itself by the name of a known scanner.': 'Nennt sich wie ein bekannter Scanner.',
  'More SIP messages over TCP or TLS in two seconds than a phone has reason to send.':
    'Mehr SIP-Nachrichten über TCP oder TLS in zwei Sekunden, als ein Telefon Grund hat zu senden.',
  'More SIP packets over UDP in two seconds than a phone has reason to send.':
    'Mehr SIP-Pakete über UDP in zwei Sekunden, als ein Telefon Grund hat zu senden.',
  'Asks for extensions that do not exist, one now and then, all day.':
    'Fragt den ganzen Tag über ab und zu nach Nebenstellen, die es nicht gibt.',
  'Wrong passwords all day long, slowly enough to stay below every short limit.':
    'Den ganzen Tag falsche Passwörter, langsam genug, um unter jeder kurzen Grenze zu bleiben.',
  'Messages with the handwriting of a known attack tool, whatever name it gives itself.':
    'Nachrichten in der Handschrift eines bekannten Angriffswerkzeugs, wie auch immer es sich nennt.',
  'Takes challenges for REGISTER or INVITE and never answers one.':
    'Lässt sich auf REGISTER oder INVITE nach dem Passwort fragen und antwortet nie.',
  '{} is a handwriting, which is on or off and no more': '{} ist eine Handschrift; sie ist ein oder aus, mehr nicht',
  'give enabled alone; what becomes of whom it catches is the rule tool-handwriting':
    'geben Sie nur enabled an; was mit Ertappten geschieht, sagt die Regel tool-handwriting',
  '{} counts different values, up to {}': '{} zählt verschiedene Werte, bis zu {}',
  '{} is off.': '{} ist aus.',
  '{} is on: {} in {} s, then {} for {} s.': '{} ist ein: {} in {} s, dann {w} für {} s.',
  'what commands made of the detection rules cannot be read in the database':
    'was Befehle an den Erkennungsregeln geändert haben, ist in der Datenbank nicht lesbar',
  'begin anew: ringfence guard rule remove {}': 'beginnen Sie von vorn: ringfence guard rule remove {}',
  'no command has changed {}': 'kein Befehl hat {} geändert',
  'the file says otherwise of {}, a command holds it as it is; to go by the file: ringfence guard rule remove {}':
    'die Datei sagt zu {} anderes, ein Befehl hält es, wie es ist; damit die Datei gilt: ringfence guard rule remove {}',
  '{} to {} entries of the access list, {} to {} static rules':
    'erst {}, jetzt {} Einträge der Zugangsliste; erst {}, jetzt {} feste Regeln',
  'was held back': 'wurde zurückgehalten',
};
