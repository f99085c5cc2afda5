// People: signing in, users, roles, sessions, tokens.

export const people: Readonly<Record<string, string>> = {
  'it is shorter than {} characters': 'es ist kürzer als {} Zeichen',
  'it is longer than {} characters': 'es ist länger als {} Zeichen',
  'it holds characters that cannot be typed': 'es enthält Zeichen, die sich nicht tippen lassen',
  'it has no letter': 'es enthält keinen Buchstaben',
  'it has no digit': 'es enthält keine Ziffer',
  'it has neither a capital letter nor a sign': 'es enthält weder einen Großbuchstaben noch ein Sonderzeichen',
  'it holds a run such as 1234, abcd or qwer': 'es enthält eine Folge wie 1234, abcd oder qwer',
  'it repeats a character {} times': 'es wiederholt ein Zeichen {} Mal',
  "it holds a part of the account's own name, address or number":
    'es enthält einen Teil von Name, Adresse oder Nummer des Kontos',
  'it is one that many people have, or nearly one': 'es ist eines, das viele haben, oder fast eines',
  'login names of users of {} end with @{}': 'Anmeldenamen der Benutzer von {} enden auf @{}',
  'a login name that ends like that is kept for users of a tenant':
    'ein Anmeldename mit diesem Ende ist Benutzern eines Mandanten vorbehalten',
  'that user is not of your tenant': 'dieser Benutzer gehört nicht zu Ihrem Mandanten',
  'that user may do what you may not': 'dieser Benutzer darf mehr als Sie',
  'you have no {} yourself': 'das Recht {} haben Sie selbst nicht',
  'see state, ports, firewall rules and limits of the system':
    'Zustand, Ports, Firewall-Regeln und Grenzen des Systems sehen',
  'reload, stop, change settings, and put firewall rules in force':
    'neu laden, anhalten, Einstellungen ändern und Firewall-Regeln in Kraft setzen',
  'see bans, the access list and the rules of the guard': 'Sperren, Zugangsliste und Regeln des Wächters sehen',
  'ban, release, allow and block addresses and countries':
    'Adressen und Länder sperren, freigeben, erlauben und ausschließen',
  'read, export and verify the audit log': 'das Protokoll der Verwaltung lesen, exportieren und prüfen',
  'write lines of their own into the audit log': 'eigene Zeilen in das Protokoll der Verwaltung schreiben',
  'see what happened, and who is told of it': 'sehen, was geschah und wer davon erfährt',
  'acknowledge events, and say who is told of them in which words':
    'Ereignisse bestätigen und bestimmen, wer in welchen Worten von ihnen erfährt',
  'see who may sign in, and as what': 'sehen, wer sich anmelden darf, und als was',
  'add, change and remove users, and give them new passwords, as long as those may no more than themselves':
    'Benutzer anlegen, ändern und entfernen und ihnen neue Passwörter geben, solange sie nicht mehr dürfen als man selbst',
  'see roles and what they allow': 'Rollen sehen, und was sie erlauben',
  'copy, change and remove roles, within what they may themselves':
    'Rollen kopieren, ändern und entfernen, soweit man selbst darf',
  'see the tenants that they reach, with their limits': 'die erreichbaren Mandanten mit ihren Grenzen sehen',
  'add, change and remove tenants, and give them limits':
    'Mandanten anlegen, ändern und entfernen und ihnen Grenzen setzen',
  'see where people sign in who have no password here': 'sehen, wo sich anmeldet, wer hier kein Passwort hat',
  'change where people sign in and which role their groups give, within what they may themselves':
    'ändern, wo man sich anmeldet und welche Rolle die Gruppen dort geben, soweit man selbst darf',
  'see who is signed in, from where': 'sehen, wer von wo angemeldet ist',
  'sign others out': 'andere abmelden',
  'see which programs have a token, and what for': 'sehen, welche Programme ein Token haben, und wofür',
  'make and remove tokens for programs': 'Token für Programme anlegen und entfernen',
  'see extensions, their devices and settings': 'Nebenstellen, ihre Geräte und Einstellungen sehen',
  'add, change and remove extensions, and see their new passwords once':
    'Nebenstellen anlegen, ändern und entfernen und ihre neuen Passwörter einmal sehen',
  'see which phones are registered': 'sehen, welche Telefone angemeldet sind',
  'remove registrations': 'Anmeldungen von Telefonen entfernen',
  'see running calls': 'laufende Anrufe sehen',
  'end running calls': 'laufende Anrufe beenden',
  'see records of calls': 'Anrufnachweise sehen',
  'see recorded SIP messages, without the last digits of numbers':
    'aufgezeichnete SIP-Nachrichten sehen, ohne die letzten Ziffern der Nummern',
  'see numbers in recorded SIP messages in full': 'Nummern in aufgezeichneten SIP-Nachrichten ganz sehen',
  'see departments': 'Abteilungen sehen',
  'change departments': 'Abteilungen ändern',
  'see ring groups': 'Rufgruppen sehen',
  'change ring groups': 'Rufgruppen ändern',
  'see opening hours and holidays': 'Öffnungszeiten und Feiertage sehen',
  'change opening hours and holidays': 'Öffnungszeiten und Feiertage ändern',
  'see how people dial, their time and money': 'sehen, wie gewählt wird, mit Zeit und Geld',
  'change how people dial, their time and money': 'ändern, wie gewählt wird, mit Zeit und Geld',
  'see where calls from outside go': 'sehen, wohin Anrufe von außen gehen',
  'change where calls from outside go': 'ändern, wohin Anrufe von außen gehen',
  'see and try where calls to the outside go': 'sehen und ausprobieren, wohin Anrufe nach außen gehen',
  'change where calls to the outside go': 'ändern, wohin Anrufe nach außen gehen',
  'see trunks and whether they work': 'Leitungen sehen, und ob sie arbeiten',
  'change trunks and their passwords': 'Leitungen und ihre Passwörter ändern',
  'see whose PINs there are, and account codes': 'sehen, für wen es PINs gibt, und Abrechnungscodes',
  'make and remove PINs and account codes': 'PINs und Abrechnungscodes anlegen und entfernen',
  'see calling roles': 'Anrufrechte sehen',
  'change what calling roles may call': 'ändern, was Anrufrechte erlauben',
  'see lists of numbers': 'Nummernlisten sehen',
  'change lists of numbers': 'Nummernlisten ändern',
  'see what calls cost': 'sehen, was Anrufe kosten',
  'change what calls cost': 'ändern, was Anrufe kosten',
  'see limits of money, pace, calls at once and countries':
    'Grenzen für Geld, Tempo, gleichzeitige Anrufe und Länder sehen',
  'change limits of money, pace, calls at once and countries':
    'Grenzen für Geld, Tempo, gleichzeitige Anrufe und Länder ändern',
  'see what was spent, and what a stolen password could cost':
    'sehen, was ausgegeben wurde und was ein gestohlenes Passwort kosten könnte',
  'add to prepaid credit': 'Guthaben aufladen',
  'see how people usually call, and what did not fit': 'sehen, wie gewöhnlich angerufen wird und was nicht dazu passte',
  'export all that is configured about calls, and try a change':
    'alle Einstellungen zu Anrufen exportieren und eine Änderung erproben',
  'replace all that is configured about calls, in one file': 'alle Einstellungen zu Anrufen durch eine Datei ersetzen',
  'url is no address of a directory: give ldaps://host, or ldap://host for StartTLS':
    'url ist keine Adresse eines Verzeichnisses: Geben Sie ldaps://host an, oder ldap://host für StartTLS',
  'base is missing: below which DN people are, such as ou=people,dc=example,dc=com':
    'base fehlt: unter welchem DN die Menschen stehen, etwa ou=people,dc=example,dc=com',
  'filter is none with {name} in it: give it such as (uid={name})':
    'filter enthält kein {name}: Geben Sie ihn etwa als (uid={name}) an',
  'group_filter is none with {dn} in it: give it such as (member={dn})':
    'group_filter enthält kein {dn}: Geben Sie ihn etwa als (member={dn}) an',
  '{} is longer than {} bytes or holds control characters': '{w} ist länger als {} Bytes oder enthält Steuerzeichen',
  'url is too long': 'url ist zu lang',
  'ca holds no certificates: give them in PEM, as -----BEGIN CERTIFICATE-----':
    'ca enthält keine Zertifikate: Geben Sie sie in PEM an, als -----BEGIN CERTIFICATE-----',
  'url is no issuer: give it as the provider does, https://…, without ? and #':
    'url ist kein Aussteller: Geben Sie ihn an, wie der Anbieter es tut, https://…, ohne ? und #',
  'client is missing: the id that the provider gave this application':
    'client fehlt: die Kennung, die der Anbieter dieser Anwendung gab',
  'scopes lack openid': 'in scopes fehlt openid',
  'there are too many of them': 'es sind zu viele',
  '"{}" is no GROUP=ROLE': '„{}“ ist kein GRUPPE=ROLLE',
  'there are more than {} groups': 'es sind mehr als {} Gruppen',
  '{} is no login name': '{} ist kein Anmeldename',
  'give 2 to 64 letters, digits and . _ @ + -, beginning and ending with a letter or digit':
    'geben Sie 2 bis 64 Buchstaben, Ziffern und . _ @ + - an, mit einem Buchstaben oder einer Ziffer am Anfang und Ende',
  '{} is no name of a role': '{} ist kein Name einer Rolle',
  'give 2 to 32 small letters, digits and hyphens': 'geben Sie 2 bis 32 Kleinbuchstaben, Ziffern und Bindestriche an',
  '{} names no permission: {}': '{w} nennt kein Recht: {}',
  'email is no e-mail address': 'die E-Mail-Adresse ist keine',
  'give it such as anna@example.com': 'geben Sie sie etwa als anna@example.com an',
  'give it such as 30m, 2h or 1d': 'geben Sie sie etwa als 30m, 2h oder 1d an',
  'users of class dealer have a dealer, and nobody else':
    'Benutzer der Klasse dealer haben einen Händler, und sonst niemand',
  'name it: --class dealer --dealer NAME': 'nennen Sie ihn: --class dealer --dealer NAME',
  'dealer is no name of one': 'dealer ist kein Name eines Händlers',
  'id is no number': 'die Kennung ist keine Nummer',
  'the scope allows nothing': 'der Umfang erlaubt nichts',
  'name permissions, see: ringfence permission list': 'nennen Sie Rechte, siehe: ringfence permission list',
  'give blocks such as 10.0.0.0/8, fd00::/8': 'geben Sie Blöcke wie 10.0.0.0/8, fd00::/8 an',
  'give them such as admins=system; staff=employee': 'geben Sie sie etwa als admins=system; staff=employee an',
  'name is no name of a way to sign in': 'der Name kann keiner für einen Anmeldeweg sein',
  'domains: "{}" is no domain, or there twice': 'Domänen: „{}“ ist keine Domäne, oder steht zweimal da',
  'give them such as pbx.acme.example,sip.acme.example': 'geben Sie sie etwa als pbx.acme.example,sip.acme.example an',
  'domains: {} are too many': 'Domänen: {} sind zu viele',
  'name is no name of a tenant': 'der Name kann keiner für einen Mandanten sein',
  'give 2 to 32 small letters, digits and hyphens, a letter first':
    'geben Sie 2 bis 32 Kleinbuchstaben, Ziffern und Bindestriche an, zuerst einen Buchstaben',
  'its document is longer than it may be': 'das Dokument ist länger, als es sein darf',
  'its document is no JSON object': 'das Dokument ist kein JSON-Objekt',
  'its document is of another issuer; give url exactly as the document says it':
    'das Dokument ist von einem anderen Aussteller; geben Sie url genau so an, wie das Dokument ihn nennt',
  'its document names no address of HTTPS for all it needs':
    'das Dokument nennt nicht für alles Nötige eine HTTPS-Adresse',
  'it signs in none of the ways RS256, PS256 and ES256': 'er unterschreibt auf keine der Weisen RS256, PS256 und ES256',
  'it takes no secret by client_secret_basic or client_secret_post':
    'er nimmt kein Geheimnis durch client_secret_basic oder client_secret_post',
  'its answer is longer than it may be': 'die Antwort ist länger, als sie sein darf',
  'it answered {} and no JSON object': 'die Antwort war {} und kein JSON-Objekt',
  'it answered {} {}': 'die Antwort war {} {}',
  'its answer has no ID token': 'die Antwort enthält kein ID-Token',
  'its keys are longer than they may be': 'die Schlüssel sind länger, als sie sein dürfen',
  'its keys are no key set': 'die Schlüssel sind kein Schlüsselsatz',
  'it has more than {} keys': 'es sind mehr als {} Schlüssel',
  'it has two keys of one id': 'zwei Schlüssel haben eine Kennung',
  'it has no key that we use: RSA from 2048 bits, or P-256':
    'kein Schlüssel ist dabei, den wir nutzen: RSA ab 2048 Bit, oder P-256',
  'it is too long': 'es ist zu lang',
  'it is no token': 'es ist kein Token',
  'it is signed in a way that is not allowed': 'es ist auf eine Weise unterschrieben, die nicht erlaubt ist',
  'it asks for something that is not known here': 'es verlangt etwas, das hier nicht bekannt ist',
  'it is a token of another kind': 'es ist ein Token anderer Art',
  "it is signed with a key that is not among the provider's":
    'es ist mit einem Schlüssel unterschrieben, der nicht unter denen des Anbieters ist',
  'its signature is wrong': 'die Unterschrift ist falsch',
  'it is of another issuer': 'es ist von einem anderen Aussteller',
  'it is for somebody else': 'es ist für jemand anderen',
  'it was given to somebody else': 'es wurde jemand anderem gegeben',
  'it has expired': 'es ist abgelaufen',
  'it is of the future; check the clocks': 'es ist aus der Zukunft; prüfen Sie die Uhren',
  'it is too old': 'es ist zu alt',
  'it is of another sign-in': 'es gehört zu einer anderen Anmeldung',
  'it does not say whom it is about': 'es sagt nicht, um wen es geht',
  'the provider does not tell "{}"': 'der Anbieter sagt „{}“ nicht',
  'its "{}" is too long': '„{}“ ist zu lang',
  'the provider has not checked the e-mail address that is to be the name':
    'der Anbieter hat die E-Mail-Adresse nicht geprüft, die der Name sein soll',
  'it cannot be read': 'es ist nicht lesbar',
  'it was made for something else': 'er wurde für etwas anderes gemacht',
  'it answers another question': 'er beantwortet eine andere Frage',
  'it was asked by another page': 'eine andere Seite hat ihn verlangt',
  'it is of another site': 'er gehört zu einer anderen Seite',
  'nobody touched it': 'niemand hat ihn berührt',
  'it did not ask for a PIN, finger or face': 'er fragte nicht nach PIN, Finger oder Gesicht',
  'its key is of a kind that is not used here': 'sein Schlüssel ist von einer Art, die hier nicht benutzt wird',
  'there are two of it: its count did not grow': 'es gibt ihn zweimal: sein Zähler stieg nicht',
  'this link is not good: it was used before, has ended, or is incomplete; ask for another':
    'dieser Link gilt nicht: er wurde schon benutzt, ist abgelaufen oder unvollständig; lassen Sie sich einen neuen geben',
  'the password is not good enough': 'das Passwort ist nicht gut genug',
  'sign in first': 'melden Sie sich erst an',
  'that is the password that you have': 'das ist das Passwort, das Sie haben',
  'the disk does not take it; try again': 'die Platte nimmt es nicht; versuchen Sie es noch einmal',
  'choose a new password first': 'wählen Sie erst ein neues Passwort',
  'you have a second factor; remove it first': 'Sie haben einen zweiten Faktor; entfernen Sie ihn erst',
  'begin with a secret for your app': 'beginnen Sie mit einem Geheimnis für Ihre App',
  'the code is not right; check the clock of your phone': 'der Code stimmt nicht; prüfen Sie die Uhr Ihres Telefons',
  'you have no second factor': 'Sie haben keinen zweiten Faktor',
  'you have no such session': 'Sie haben keine solche Sitzung',
  'they have ended here, but a restart may bring them back; try again':
    'hier sind sie beendet, aber ein Neustart kann sie zurückbringen; versuchen Sie es noch einmal',
  'give a name of 2 to 64 letters, digits and . _ @ + -, and no long texts':
    'geben Sie einen Namen aus 2 bis 64 Buchstaben, Ziffern und . _ @ + - an, und keine langen Texte',
  'there is a user of that name; choose another name':
    'einen Benutzer dieses Namens gibt es schon; wählen Sie einen anderen',
  'try again in a moment': 'versuchen Sie es gleich noch einmal',
  'the name, the password or the code is not right': 'Name, Passwort oder Code stimmt nicht',
  'many sign in just now; try again in a moment': 'gerade melden sich viele an; versuchen Sie es gleich noch einmal',
  '"{}" is not asked for': 'nach „{}“ wird nicht gefragt',
  '"{}" is no text': '„{}“ ist kein Text',
  '"{}" is missing': '„{}“ fehlt',
  'not permitted': 'nicht erlaubt',
  'too many attempts from your address; ask an administrator to release it':
    'zu viele Versuche von Ihrer Adresse; bitten Sie die Verwaltung, sie freizugeben',
  'too many attempts; try again in {} s': 'zu viele Versuche; versuchen Sie es in {} s noch einmal',
  'the password is too long': 'das Passwort ist zu lang',
  'begin with your name and password': 'beginnen Sie mit Ihrem Namen und Passwort',
  'there is no such way to sign in; look at the page again':
    'diesen Anmeldeweg gibt es nicht; sehen Sie die Seite noch einmal an',
  'this sign-in is not good: it has ended, or began in another browser; begin again':
    'diese Anmeldung gilt nicht: sie ist abgelaufen oder begann in einem anderen Browser; beginnen Sie neu',
  'target is no place on these pages: give it such as #/extensions':
    'target ist kein Ort auf diesen Seiten: geben Sie es etwa als #/extensions an',
  '{} did not sign you in': '{} hat Sie nicht angemeldet',
  '{} does not answer as it should; try again, or ask whoever runs this system':
    '{} antwortet nicht, wie es sollte; versuchen Sie es noch einmal, oder fragen Sie, wer dieses System betreibt',
  'you are known, but none of your groups may do anything here; ask an administrator for a role':
    'Sie sind bekannt, aber keine Ihrer Gruppen darf hier etwas; bitten Sie die Verwaltung um eine Rolle',
  'the provider gives you no name that can be one here; ask an administrator':
    'der Anbieter gibt Ihnen keinen Namen, der hier einer sein kann; fragen Sie die Verwaltung',
  "the name {} is somebody else's here; ask an administrator":
    'der Name {} gehört hier jemand anderem; fragen Sie die Verwaltung',
  'too many codes were sent; ask for another in {} s':
    'zu viele Codes wurden gesendet; verlangen Sie in {} s einen neuen',
  'codes by e-mail are not enough for your account; use an app':
    'Codes per E-Mail genügen für Ihr Konto nicht; benutzen Sie eine App',
  'your account has no e-mail address; an administrator can set it':
    'Ihr Konto hat keine E-Mail-Adresse; die Verwaltung kann sie eintragen',
  'this system sends no mail; an administrator can set a mail server':
    'dieses System sendet keine E-Mails; die Verwaltung kann einen Mailserver einstellen',
  'the code is not right, or no longer good; after five wrong ones ask for another':
    'der Code stimmt nicht oder gilt nicht mehr; nach fünf falschen verlangen Sie einen neuen',
  'browsers make passkeys for names, not for addresses in numbers; open the pages by the name of the server':
    'Browser machen Passkeys für Namen, nicht für Adressen aus Zahlen; öffnen Sie die Seiten unter dem Namen des Servers',
  'the disk does not answer; try again': 'die Platte antwortet nicht; versuchen Sie es noch einmal',
  'call the passkey something shorter, in letters and digits':
    'nennen Sie den Passkey etwas kürzer, mit Buchstaben und Ziffern',
  'the passkey cannot be read; try again': 'der Passkey ist nicht lesbar; versuchen Sie es noch einmal',
  'that took too long; begin anew with your password': 'das dauerte zu lang; beginnen Sie neu mit Ihrem Passwort',
  'this passkey is not taken: {}': 'dieser Passkey wird nicht angenommen: {}',
  'begin anew with your password': 'beginnen Sie neu mit Ihrem Passwort',
  'you have no such passkey': 'Sie haben keinen solchen Passkey',
  'nobody has it here': 'niemand hat ihn hier',
  'ask somebody who may': 'fragen Sie jemanden, der darf',
  'there is no user {}': 'den Benutzer {} gibt es nicht',
  'there is no role {}': 'die Rolle {} gibt es nicht',
  'the role {} is not for users of class {}': 'die Rolle {} ist nicht für Benutzer der Klasse {w}',
  'nobody would be left who may do everything': 'niemand bliebe, der alles darf',
  'make another administrator first': 'machen Sie erst jemand anderen zur Verwaltung',
  'only whoever runs the machine itself may do that': 'das darf nur, wer die Maschine selbst betreibt',
  'there is an administrator already': 'eine Verwaltung gibt es schon',
  'see: ringfence user list; a lost password: ringfence user reset NAME':
    'siehe: ringfence user list; bei verlorenem Passwort: ringfence user reset NAME',
  'It makes the first administrator, once.': 'Er macht die erste Verwaltung, einmal.',
  'you may add users of your tenant only': 'Sie dürfen nur Benutzer Ihres Mandanten anlegen',
  'choose another name': 'wählen Sie einen anderen Namen',
  '{} may choose a password by it, once.': '{} darf damit einmal ein Passwort wählen.',
  '{} has the role that groups at {} give': '{} hat die Rolle, die Gruppen bei {} geben',
  'change the groups there, or: ringfence sign-in set {}':
    'ändern Sie die Gruppen dort, oder: ringfence sign-in set {}',
  '{} is removed; sessions and tokens have ended.': '{} ist entfernt; Sitzungen und Token sind beendet.',
  'The sessions and tokens of {} have ended; the password is that of {}.':
    'Die Sitzungen und Token von {} sind beendet; das Passwort ist das von {}.',
  'The password of {} has ended, with its sessions and tokens.':
    'Das Passwort von {} ist beendet, mit Sitzungen und Token.',
  'there is a role {} already': 'die Rolle {} gibt es schon',
  "roles are the system's; ask its administrator": 'Rollen gehören dem System; fragen Sie dessen Verwaltung',
  '{} is built in and stays as it is': '{} ist eingebaut und bleibt, wie es ist',
  'copy it: ringfence role copy NAME --from {}': 'kopieren Sie sie: ringfence role copy NAME --from {}',
  "{} is the system's, and {} is a dealer's role": '{} gehört zum System, und {} ist eine Rolle von Händlern',
  "{} reaches beyond a tenant, and {} is a tenant's role":
    '{} reicht über einen Mandanten hinaus, und {} ist die Rolle eines Mandanten',
  'begin with a role of the system, such as site': 'beginnen Sie mit einer Rolle des Systems, etwa site',
  '{} is built in': '{} ist eingebaut',
  'nobody has to have it': 'niemand muss sie haben',
  '{} has the role {}': '{} hat die Rolle {}',
  'give another one: ringfence user set {} --role ROLE': 'geben Sie eine andere: ringfence user set {} --role ROLE',
  'groups at {} give the role {}': 'Gruppen bei {} geben die Rolle {}',
  'give others: ringfence sign-in set {} --roles …': 'geben Sie andere: ringfence sign-in set {} --roles …',
  'The role {} is removed.': 'Die Rolle {} ist entfernt.',
  '{} has no {}': '{} hat {} nicht',
  'a token is good for what its user may; leave it out': 'ein Token gilt, wofür sein Benutzer darf; lassen Sie es weg',
  'The token {} has ended.': 'Das Token {} ist beendet.',
  'there is no token {}': 'das Token {} gibt es nicht',
  '{} is signed out there.': '{} ist dort abgemeldet.',
  'there is no session {}': 'die Sitzung {} gibt es nicht',
  "addresses are the system's; ask its administrator": 'Adressen gehören dem System; fragen Sie dessen Verwaltung',
  '{} may try again': '{w} darf es wieder versuchen',
  '{} was not held': '{w} war nicht aufgehalten',
  'nobody said who asks': 'niemand sagte, wer fragt',
  'there is no way to sign in called {}': 'einen Anmeldeweg namens {} gibt es nicht',
  'see docs/access.md': 'siehe docs/access.md',
  'there is a way to sign in called {} already': 'einen Anmeldeweg namens {} gibt es schon',
  'choose another name, or: ringfence sign-in set {}': 'wählen Sie einen anderen Namen, oder: ringfence sign-in set {}',
  'At another address, the secret has to be given again: ringfence sign-in secret {}':
    'Bei einer anderen Adresse muss das Geheimnis neu angegeben werden: ringfence sign-in secret {}',
  'The secret of {} is set.': 'Das Geheimnis von {} ist gesetzt.',
  'give certificates in PEM, or nothing': 'geben Sie Zertifikate in PEM an, oder nichts',
  'Its certificate has to come from an authority that the system trusts.':
    'Das Zertifikat muss von einer Stelle kommen, der das System vertraut.',
  'Its certificate has to come from these.': 'Das Zertifikat muss von diesen kommen.',
  '{} people sign in there, who would be removed with it': '{} Benutzer melden sich dort an und würden mit entfernt',
  'shut it: ringfence sign-in set {} --no-enabled; or: sign-in remove {} --force':
    'schließen Sie ihn: ringfence sign-in set {} --no-enabled; oder: sign-in remove {} --force',
  '{} is removed, with {} people.': '{} ist entfernt, mit {} Benutzern.',
  'what came back is not of the sign-in that this browser began':
    'was zurückkam, gehört nicht zu der Anmeldung, die dieser Browser begann',
  'another provider answered than was asked': 'ein anderer Anbieter antwortete, als gefragt war',
  'the provider did not sign them in': 'der Anbieter meldete nicht an',
  'no code came back': 'kein Code kam zurück',
  'it answered {}': 'er antwortete {}',
  'it failed a moment ago': 'es scheiterte gerade eben',
  'it was removed': 'er wurde entfernt',
  'its ID token: {}': 'das ID-Token: {}',
  'there is no tenant {}': 'den Mandanten {} gibt es nicht',
  "the credit of the whole system is the system's, and no tenant's":
    'das Guthaben des ganzen Systems gehört dem System und keinem Mandanten',
  'without a tenant, who reaches the whole system: ringfence credit add system':
    'ohne Mandanten, wer das ganze System erreicht: ringfence credit add system',
  "credit that tenants and trunks have is the system's to give":
    'Guthaben von Mandanten und Leitungen vergibt das System',
  'you reach several tenants, and named none': 'Sie erreichen mehrere Mandanten und haben keinen genannt',
  'name one of them with tenant; see: ringfence tenant list':
    'nennen Sie einen davon mit tenant; siehe: ringfence tenant list',
  'The tenant {} is removed; its call records stay.': 'Der Mandant {} ist entfernt; seine Anrufnachweise bleiben.',
  "the domain {} is the system's, and everybody's": 'die Domäne {} gehört dem System, also allen',
  'give the tenant another one': 'geben Sie dem Mandanten eine andere',
  'there is no such user; see: ringfence user list': 'diesen Benutzer gibt es nicht; siehe: ringfence user list',
  'there is a user {} already; see: ringfence user show {}':
    'den Benutzer {1} gibt es schon; siehe: ringfence user show {2}',
  'the tenant has {} users, the most that one of several tenants may have; remove some: ringfence user remove NAME':
    'der Mandant hat {} Benutzer, so viele, wie einer von mehreren haben darf; entfernen Sie einige: ringfence user remove NAME',
  'there are {} users, the most there may be': 'es gibt {} Benutzer, so viele, wie es geben darf',
  'there are {} roles, the most there may be': 'es gibt {} Rollen, so viele, wie es geben darf',
  'there is no such passkey': 'diesen Passkey gibt es nicht',
  'this passkey is known already': 'dieser Passkey ist schon bekannt',
  'there are {} passkeys, the most there may be': 'es gibt {} Passkeys, so viele, wie es geben darf',
  'that user has {} tokens, the most there may be; remove one: ringfence token list':
    'dieser Benutzer hat {} Token, so viele, wie es geben darf; entfernen Sie eines: ringfence token list',
  'there is no way to sign in called {}; see: ringfence sign-in list':
    'einen Anmeldeweg namens {} gibt es nicht; siehe: ringfence sign-in list',
  'there are {} ways to sign in, the most there may be': 'es gibt {} Anmeldewege, so viele, wie es geben darf',
  'there is no such tenant; see: ringfence tenant list': 'diesen Mandanten gibt es nicht; siehe: ringfence tenant list',
  "a tenant's name is 1 to {} bytes of text without control characters":
    'der Name eines Mandanten ist Text von 1 bis {} Bytes ohne Steuerzeichen',
  'there is a tenant "{}" already; see: ringfence tenant list':
    'einen Mandanten „{}“ gibt es schon; siehe: ringfence tenant list',
  'there are {} tenants, the most there may be': 'es gibt {} Mandanten, so viele, wie es geben darf',
  'the domain {} is that of {}; see: ringfence tenant list': 'die Domäne {} gehört {}; siehe: ringfence tenant list',
  'the default tenant is always there': 'den Mandanten default gibt es immer',
  'the tenant has {} {}; remove them first, see: {}': 'der Mandant hat {} {w}; entfernen Sie sie erst, siehe: {}',
  'Cookie or Authorization is there twice': 'Cookie oder Authorization ist zweimal da',
  'this token is not good: it has ended or was removed':
    'dieses Token gilt nicht: es ist abgelaufen oder wurde entfernt',
  'send Origin, as browsers do, or use a token': 'senden Sie Origin, wie Browser es tun, oder benutzen Sie ein Token',
  'sign in first, or send a token': 'melden Sie sich erst an, oder senden Sie ein Token',
  'add a second factor first': 'fügen Sie erst einen zweiten Faktor hinzu',
  'this is for somebody who is signed in, not for a token':
    'das ist für jemanden, der angemeldet ist, nicht für ein Token',
  'you ask faster than you may; wait as long as Retry-After says':
    'Sie fragen schneller, als Sie dürfen; warten Sie so lange, wie Retry-After sagt',
  'pages cannot be served on {}: {}': 'auf {} lassen sich keine Seiten ausliefern: {}',
  'ask from our own pages': 'fragen Sie von unseren eigenen Seiten aus',
  'Host is missing or no host': 'Host fehlt oder ist kein Rechner',
  'the path holds a value that could be read in two ways':
    'der Pfad enthält einen Wert, der sich auf zwei Arten lesen lässt',
  'an Idempotency-Key has 1 to 64 letters, digits and -_.:~':
    'ein Idempotency-Key hat 1 bis 64 Buchstaben, Ziffern und -_.:~',
  'send application/json': 'senden Sie application/json',
  'others send files just now; try again in a moment':
    'gerade senden andere Dateien; versuchen Sie es gleich noch einmal',
  'ask for a WebSocket: Upgrade: websocket': 'verlangen Sie einen WebSocket: Upgrade: websocket',
  'you listen often enough; end one of your listeners': 'Sie hören oft genug zu; beenden Sie eines davon',
  'too many listen; try again later': 'zu viele hören zu; versuchen Sie es später noch einmal',
  'wait for the answer before you say more': 'warten Sie auf die Antwort, bevor Sie mehr sagen',
  'Not Modified': 'Nicht geändert',
  'Bad Request': 'Fehlerhafte Anfrage',
  'Not Found': 'Nicht gefunden',
  'Method Not Allowed': 'Methode nicht erlaubt',
  'Length Required': 'Länge verlangt',
  'Precondition Failed': 'Vorbedingung nicht erfüllt',
  'Content Too Large': 'Inhalt zu groß',
  'Unsupported Media Type': 'Nicht unterstützter Medientyp',
  'Expectation Failed': 'Erwartung nicht erfüllt',
  'Unprocessable Content': 'Nicht verarbeitbarer Inhalt',
  'Upgrade Required': 'Upgrade verlangt',
  'Too Many Requests': 'Zu viele Anfragen',
  'Request Header Fields Too Large': 'Kopfzeilen zu groß',
  'Not Implemented': 'Nicht eingebaut',
  'Service Unavailable': 'Dienst nicht verfügbar',
  'HTTP Version Not Supported': 'HTTP-Version nicht unterstützt',
  'Internal Server Error': 'Fehler im Server',
  '{} is blocked by the list {}': '{} ist durch die Liste {} gesperrt',
  'it is, or may become, a {} number, which the extension may not call by its role {}':
    'es ist eine Nummer der Art {w} oder kann eine werden, und die darf die Nebenstelle mit ihrem Anrufrecht {} nicht anrufen',
  'the account of its {} is locked': 'das Konto {w} ist gesperrt',
  'the certificate is not the one that signalling named: somebody is between':
    'das Zertifikat ist nicht das, das die Signalisierung nannte: jemand steht dazwischen',
  'change password': 'Passwort ändern',
  'add second factor': 'zweiten Faktor hinzufügen',
  'remove second factor': 'zweiten Faktor entfernen',
  'end {} sessions': '{} Sitzungen beenden',
  'one-time link': 'Einmal-Link',
  'password by one-time link': 'Passwort durch Einmal-Link',
  'first administrator': 'erste Verwaltung',
  'address locked': 'Adresse gesperrt',
  'address locked for good': 'Adresse für immer gesperrt',
  'address locked at name': 'Adresse für diesen Namen gesperrt',
  'account guessed at from many addresses': 'Konto wird von vielen Adressen aus erraten',
  'until released': 'bis sie freigegeben wird',
  '{}: {}; see: ringfence login held': '{}: {}; siehe: ringfence login held',
  '{} failed logins more': '{} weitere gescheiterte Anmeldungen',
  'not written singly': 'nicht einzeln geschrieben',
  'sign in': 'anmelden',
  'password right, second factor asked for': 'Passwort richtig, nach dem zweiten Faktor gefragt',
  'second factor': 'zweiter Faktor',
  'sign out': 'abmelden',
  'come back from a provider': 'von einem Anbieter zurück',
  'come back from a provider again': 'noch einmal von einem Anbieter zurück',
  'sign in by {}': 'anmelden über {}',
  'none of their groups has a role here': 'keine der Gruppen hat hier eine Rolle',
  'the provider gives them no login name': 'der Anbieter nennt keinen Anmeldenamen',
  'somebody else has that name here': 'diesen Namen hat hier jemand anderes',
  'proved, second factor asked for': 'bewiesen, nach dem zweiten Faktor gefragt',
  'done, role {}': 'erledigt, Rolle {}',
  'codes by e-mail': 'Codes per E-Mail',
  'code by e-mail': 'Code per E-Mail',
  'asked for': 'verlangt',
  'add passkey': 'Passkey hinzufügen',
  'remove passkey': 'Passkey entfernen',
  'sign in by passkey': 'anmelden mit Passkey',
  '{}: it was shown before': '{}: er wurde schon einmal gezeigt',
  'this is {}, and the extension may call nobody outside by its role {}':
    'das ist {w}, und die Nebenstelle darf mit ihrem Anrufrecht {} niemanden draußen anrufen',
  'this is {}, and the extension may call within its country by its role {}':
    'das ist {w}, und die Nebenstelle darf mit ihrem Anrufrecht {} nur im eigenen Land anrufen',
  '{}, and the extension may call {} by its role {}':
    '{w1}, und die Nebenstelle darf mit ihrem Anrufrecht {3} {w2} anrufen',
  'this is {}, and the extension may forward nobody outside by its role {}':
    'das ist {w}, und die Nebenstelle darf mit ihrem Anrufrecht {} nach niemandem draußen weiterleiten',
  'this is {}, and the extension may forward within its country by its role {}':
    'das ist {w}, und die Nebenstelle darf mit ihrem Anrufrecht {} nur im eigenen Land weiterleiten',
  '{}, and the extension may forward {} by its role {}':
    '{w1}, und die Nebenstelle darf mit ihrem Anrufrecht {3} {w2} weiterleiten',
  'device signed out number={}': 'Gerät abgemeldet, Nummer {}',
  'link used number={} device={}': 'Link benutzt, Nummer {}, Gerät {}',
  'see how much dealers may hand out to tenants': 'sehen, wie viel Händler an Mandanten vergeben dürfen',
  'say how much dealers may hand out to tenants, and remove dealers':
    'bestimmen, wie viel Händler an Mandanten vergeben dürfen, und Händler entfernen',
  'extension is no number of one': 'extension ist keine Nummer einer Nebenstelle',
  'give 2 to 15 digits, or an empty text for none': 'geben Sie 2 bis 15 Ziffern an, oder einen leeren Text für keine',
  'people_of is no name of a tenant': 'people_of ist kein Name eines Mandanten',
  'name is no name of a tenant or a dealer': 'name ist kein Name eines Mandanten oder Händlers',
  '{} is no amount': '{w} ist kein Betrag',
  'give it without a minus': 'geben Sie ihn ohne Minus an',
  'the tenant {} has spent {} this month, which counts against what {} may hand out':
    'der Mandant {} hat diesen Monat {} ausgegeben, was zu dem zählt, was {} vergeben darf',
  'lower its limits now and remove it next month, or ask whoever runs the system':
    'senken Sie jetzt seine Grenzen und entfernen Sie ihn nächsten Monat, oder fragen Sie, wer das System betreibt',
  '{} has {} tenants, and may have {}': '{} hat {} Mandanten und darf {} haben',
  'the tenants of {} would have more than {} together, which is what it may hand out':
    'die Mandanten von {} hätten zusammen mehr als {}, und mehr darf er nicht vergeben',
  '{} extensions': '{} Nebenstellen',
  '{} calls at once': '{} gleichzeitige Anrufe',
  '{} a day': '{} am Tag',
  '{} a month': '{} im Monat',
  'say how much with {}, give less, or ask whoever runs the system for more':
    'sagen Sie mit {}, wie viel, geben Sie weniger, oder bitten Sie den Betreiber des Systems um mehr',
  'remove one, or ask whoever runs the system for more':
    'entfernen Sie einen, oder bitten Sie den Betreiber des Systems um mehr',
  "what dealers may hand out is the system's to say": 'was Händler vergeben dürfen, bestimmt das System',
  "The dealer {} is removed; its tenants are the system's.":
    'Der Händler {} ist entfernt; seine Mandanten sind die des Systems.',
  'the provider was changed or removed meanwhile, or its tenant':
    'der Anbieter wurde inzwischen geändert oder entfernt, oder sein Mandant',
  'there is no room for another user here; ask an administrator':
    'hier ist kein Platz für einen weiteren Benutzer; fragen Sie einen Administrator',
  'nobody signs in there any more; ask whoever runs this system':
    'dort meldet sich niemand mehr an; fragen Sie den Betreiber dieses Systems',
  'you have no extension of your own; an administrator can give you one':
    'Sie haben keine eigene Nebenstelle; die Verwaltung kann Ihnen eine geben',
  'do first what your sign-in still lacks': 'tun Sie erst, was Ihrer Anmeldung noch fehlt',
  'your extension is switched off; ask an administrator':
    'Ihre Nebenstelle ist ausgeschaltet; fragen Sie die Verwaltung',
  '{} has an extension, whose passwords you may not make':
    '{} hat eine Nebenstelle, deren Passwörter Sie nicht vergeben dürfen',
  'take it first: ringfence user set {} --extension ""':
    'nehmen Sie sie erst weg: ringfence user set {} --extension ""',
  'the role {} is for users of class {}, and nobody who signs in there is one':
    'die Rolle {} ist für Benutzer der Klasse {w}, und niemand, der sich dort anmeldet, gehört dazu',
  'give roles of a tenant; see: ringfence role list': 'geben Sie Rollen eines Mandanten an; siehe: ringfence role list',
  '{} people sign in there, who stay where they are': '{} Personen melden sich dort an, und sie bleiben, wo sie sind',
  'add another way to sign in: ringfence sign-in add':
    'fügen Sie einen weiteren Anmeldeweg hinzu: ringfence sign-in add',
  'choose another one': 'wählen Sie einen anderen',
  'not all of these domains are free': 'nicht alle diese Domänen sind frei',
  "tenants are the system's and its dealers'": 'Mandanten sind Sache des Systems und seiner Händler',
  'the name {} is taken': 'der Name {} ist vergeben',
  "whose tenant it is, is the system's to say": 'wessen Mandant es ist, bestimmt das System',
  'leave it out: it is yours': 'lassen Sie es weg: es ist Ihrer',
  'there are {} dealers, the most there may be': 'es gibt {} Händler, so viele, wie es geben darf',
  'the dealer has {} users; remove them first, see: ringfence user list':
    'der Händler hat {} Benutzer; entfernen Sie sie erst, siehe: ringfence user list',
  'users of dealers are of no tenant, so no extension is theirs; give it to a user of the tenant':
    'Benutzer von Händlern gehören zu keinem Mandanten, also gehört ihnen keine Nebenstelle; geben Sie sie einem Benutzer des Mandanten',
  "extension {} is somebody else's; see: ringfence user list":
    'die Nebenstelle {} gehört schon jemandem; siehe: ringfence user list',
  'ways to sign in of its own': 'eigene Anmeldewege',
  'session of {} from {}': 'Sitzung von {} aus {}',
  'sign out a device': 'ein Gerät abmelden',
  'sign in a device': 'ein Gerät anmelden',
  'sign out of extension {} from {}': 'Abmeldung von Nebenstelle {} aus {}',
  'it was gone': 'es war schon weg',
  'device {} of extension {} of tenant {} from {}': 'Gerät {} der Nebenstelle {} des Mandanten {} aus {}',
  '{} devices of links that were not used for {} days are shut out':
    '{} Geräte von Links, die {} Tage lang nicht benutzt wurden, sind ausgesperrt',
};
