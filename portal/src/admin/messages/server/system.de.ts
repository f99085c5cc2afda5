// The system: certificates, events, mail, the disk.

export const system: Readonly<Record<string, string>> = {
  'it is empty': 'es ist leer',
  'entry {} was seen before and is not in it: its end was cut off, or it is another log':
    'Eintrag {} wurde früher gesehen und ist nicht darin: das Ende wurde abgeschnitten, oder es ist ein anderes Protokoll',
  'it is no exported audit log': 'es ist kein exportiertes Protokoll',
  'it was written with another key than the one expected':
    'es wurde mit einem anderen Schlüssel geschrieben als erwartet',
  'it begins with an entry before the first': 'es beginnt mit einem Eintrag vor dem ersten',
  'it is neither an entry nor a checkpoint': 'es ist weder ein Eintrag noch eine Beglaubigung',
  'the entry cannot be read': 'der Eintrag ist nicht lesbar',
  'entry {} is followed by {}: entries were taken out or put in':
    'auf Eintrag {} folgt {}: Einträge wurden entnommen oder eingefügt',
  'the entry was changed, or the one before it': 'der Eintrag wurde geändert, oder der davor',
  'the checkpoint cannot be read': 'die Beglaubigung ist nicht lesbar',
  'the checkpoint is about another log': 'die Beglaubigung gehört zu einem anderen Protokoll',
  "the checkpoint's signature is false": 'die Unterschrift der Beglaubigung ist falsch',
  'it is another entry than the one that was seen before': 'es ist ein anderer Eintrag als der früher gesehene',
  'its last line is torn': 'die letzte Zeile ist abgerissen',
  '{} has a { that is not closed': '{w} hat ein {, das nicht geschlossen wird',
  'subject or text is empty': 'Betreff oder Text ist leer',
  'the subject has more than {} bytes, or the text more than {}':
    'der Betreff hat mehr als {} Bytes, oder der Text mehr als {}',
  'the subject has several lines or control characters': 'der Betreff hat mehrere Zeilen oder Steuerzeichen',
  'the text holds control characters': 'der Text enthält Steuerzeichen',
  'the subject {}': 'der Betreff {}',
  'the text {}': 'der Text {}',
  'the server was asked to stop and still runs': 'der Server sollte anhalten und läuft noch',
  'see its log': 'siehe sein Protokoll',
  'The server has stopped.': 'Der Server hat angehalten.',
  'change [guard] of the file': 'ändern Sie [guard] in der Datei',
  '{} is released': '{w} ist freigegeben',
  '{} was not banned': '{w} war nicht gesperrt',
  'the server is not running': 'der Server läuft nicht',
  'start it: ringfence serve': 'starten Sie ihn: ringfence serve',
  'uid {}, without a server': 'uid {}, ohne Server',
  '{} cannot be read, is empty or too long; check acme.ca':
    '{} ist nicht lesbar, leer oder zu lang; prüfen Sie acme.ca',
  'no authority elsewhere gives our certificate': 'keine fremde Stelle gibt unser Zertifikat aus',
  'name one under [acme] in the configuration': 'nennen Sie eine unter [acme] in den Einstellungen',
  'the authority is being asked': 'die Stelle wird schon gefragt',
  'The authority is asked now; see: ringfence certificate show':
    'Die Stelle wird jetzt gefragt; siehe: ringfence certificate show',
  'the authority': 'die Stelle',
  '{} gave a certificate for {}': '{} gab ein Zertifikat für {}',
  '{}: {}; it is asked again': '{}: {}; sie wird wieder gefragt',
  'the database does not take the key of the account': 'die Datenbank nimmt den Schlüssel des Kontos nicht',
  'it took too long': 'es dauerte zu lang',
  'see acme.networks': 'siehe acme.networks',
  'it gives no nonce': 'sie gibt keine Nonce',
  'the key of the account cannot sign': 'der Schlüssel des Kontos kann nicht unterschreiben',
  'it answers {}': 'sie antwortet {}',
  'it takes none of the nonces that it gives': 'sie nimmt keine der Nonces, die sie gibt',
  'it wants proof of a name that nobody asked for': 'sie will den Beweis eines Namens, nach dem niemand fragte',
  '{} is not proved: {}': '{} ist nicht bewiesen: {}',
  'it does not say why': 'sie sagt nicht, warum',
  'it takes no proof by TLS (tls-alpn-01) for {}': 'sie nimmt keinen Beweis durch TLS (tls-alpn-01) für {}',
  '{} was not proved in time': '{} wurde nicht rechtzeitig bewiesen',
  'the order came to nothing': 'aus der Bestellung wurde nichts',
  'the order was not ready in time': 'die Bestellung war nicht rechtzeitig fertig',
  'its directory answers {}': 'ihr Verzeichnis antwortet {}',
  'it takes none but accounts that were made elsewhere before':
    'sie nimmt nur Konten, die zuvor anderswo angelegt wurden',
  'it does not say where the account is': 'sie sagt nicht, wo das Konto ist',
  'it does not say where the order is': 'sie sagt nicht, wo die Bestellung ist',
  'the certificate that it gave is refused': 'das Zertifikat, das sie gab, wird abgelehnt',
  'and {} more': 'und {} weitere',
  'there are more; the next part: ringfence audit-log export --after {}':
    'es gibt mehr; der nächste Teil: ringfence audit-log export --after {}',
  'key is not 64 hexadecimal digits': 'key hat nicht 64 hexadezimale Ziffern',
  'seen is not NUMBER:HASH': 'seen ist nicht NUMMER:HASH',
  "take both from a line audit_checkpoint of the server's log":
    'nehmen Sie beides aus einer Zeile audit_checkpoint des Serverprotokolls',
  'the audit log is broken at line {}{}: {}': 'das Protokoll der Verwaltung ist in Zeile {}{} kaputt: {}',
  'what stands before it is whole; compare with an earlier export':
    'was davor steht, ist ganz; vergleichen Sie mit einem früheren Export',
  'Whole: {} entries, {} to {}, {}.': 'Ganz: {} Einträge, {} bis {}, {}.',
  'not signed at its end': 'am Ende nicht unterschrieben',
  'signed by the key that was expected': 'unterschrieben mit dem erwarteten Schlüssel',
  'signed by the key that it names itself': 'unterschrieben mit dem Schlüssel, den es selbst nennt',
  '{} was seen before and is not in it': '{w} wurde früher gesehen und ist nicht darin',
  'Whole: {} entries, the last is {}.': 'Ganz: {} Einträge, der letzte ist {}.',
  'the audit log cannot be written, so nothing was done':
    'das Protokoll der Verwaltung lässt sich nicht schreiben, darum wurde nichts getan',
  'make room on the disk, or see why it fails': 'schaffen Sie Platz auf der Platte, oder sehen Sie, warum es scheitert',
  'of entry {}': 'von Eintrag {}',
  'It is written down.': 'Es ist aufgeschrieben.',
  'the webhook': 'der Webhook',
  'redirects are not followed': 'Umleitungen wird nicht gefolgt',
  'the target is no receiver of syslog': 'das Ziel ist kein Empfänger für Syslog',
  'about the extension that would make the call; let another contact be told of it, too':
    'es geht um die Nebenstelle, die anrufen würde; lassen Sie es auch einem anderen Empfänger sagen',
  'the target does not say who calls whom': 'das Ziel sagt nicht, wer wen anruft',
  'the server takes no calls now': 'der Server nimmt gerade keine Anrufe',
  'no mail server is named; see: ringfence mail set': 'kein Mailserver ist genannt; siehe: ringfence mail set',
  'there is no such way': 'diesen Weg gibt es nicht',
  'there is no {} {}': '{w} {} gibt es nicht',
  '{} is no receiver of syslog': '{w} ist kein Empfänger für Syslog',
  'give it such as tls:logs.example.com:6514 or udp:192.0.2.9:514':
    'geben Sie ihn etwa als tls:logs.example.com:6514 oder udp:192.0.2.9:514 an',
  '{} does not say who calls whom': '{w} sagt nicht, wer wen anruft',
  'give it such as 1000:1001 or 1000:+491701234567': 'geben Sie es etwa als 1000:1001 oder 1000:+491701234567 an',
  '{} cannot be used': '{w} ist nicht benutzbar',
  'give it such as https://hooks.example.com/pbx': 'geben Sie sie etwa als https://hooks.example.com/pbx an',
  'Event {} was acknowledged before.': 'Ereignis {} war schon bestätigt.',
  'Event {} is acknowledged.': 'Ereignis {} ist bestätigt.',
  '{} events are acknowledged.': '{} Ereignisse sind bestätigt.',
  'only a running server sends anything': 'nur ein laufender Server sendet etwas',
  'there is a contact {} already': 'den Empfänger {} gibt es schon',
  'change it: ringfence event-contact set {}': 'ändern Sie ihn: ringfence event-contact set {}',
  'letters leave by the mail server': 'Briefe gehen über den Mailserver hinaus',
  'a number that is called shows no certificate': 'eine Nummer, die angerufen wird, zeigt kein Zertifikat',
  '{} is no webhook, and nothing is signed for it': '{} ist kein Webhook, und nichts wird dafür unterschrieben',
  'The contact {} is removed with its routes.': 'Der Empfänger {} ist mit seinen Wegen entfernt.',
  'there is a route {} already': 'den Weg {} gibt es schon',
  'change it: ringfence event-route set {}': 'ändern Sie ihn: ringfence event-route set {}',
  'The route {} is removed.': 'Der Weg {} ist entfernt.',
  '{} has our own words again.': '{} hat wieder unsere Worte.',
  'a password is not sent in the clear': 'ein Passwort wird nicht im Klartext gesendet',
  'choose starttls or tls, or give an empty user': 'wählen Sie starttls oder tls, oder lassen Sie den Benutzer leer',
  'from is missing': 'die Absenderadresse fehlt',
  'give the address that letters come from': 'geben Sie die Adresse an, von der Briefe kommen',
  'server, port or user is another: the password is forgotten, give it again':
    'Server, Port oder Benutzer ist ein anderer: das Passwort ist vergessen, geben Sie es noch einmal an',
  "the machine's own operator": 'die Verwaltung der Maschine selbst',
  'Somebody at {} tries whether messages reach {}.': 'Jemand an {} probiert, ob Nachrichten {} erreichen.',
  'there is no contact {}': 'den Empfänger {} gibt es nicht',
  'It is still on its way; see: ringfence event-contact show {}':
    'Es ist noch unterwegs; siehe: ringfence event-contact show {}',
  '{} was not reached: {}': '{} wurde nicht erreicht: {}',
  'it is tried again; see: ringfence event-contact show {}':
    'es wird noch einmal versucht; siehe: ringfence event-contact show {}',
  '{} has taken it.': '{} hat es angenommen.',
  'there was no room for them': 'für sie war kein Platz',
  'it is gone': 'es ist weg',
  '{} events are given up: {}': '{} Ereignisse sind aufgegeben: {}',
  'calls that begin, are answered, forwarded, transferred, and end':
    'Anrufe, die beginnen, angenommen, weitergeleitet, verbunden werden und enden',
  'phones that register and go': 'Telefone, die sich an- und abmelden',
  'sources that are banned and released': 'Quellen, die gesperrt und freigegeben werden',
  'money that is reserved or spent, warnings, calls that were refused or cut':
    'Geld, das zurückgelegt oder ausgegeben wird, Warnungen, Anrufe, die abgelehnt oder getrennt wurden',
  'everything that the log says of notice level and above': 'alles, was das Protokoll ab der Stufe Hinweis sagt',
  'topics are calls, registrations, bans, spend and events': 'Themen sind calls, registrations, bans, spend und events',
  'this needs the permission {}': 'dafür ist das Recht {} nötig',
  'there is no topic that you may hear': 'es gibt kein Thema, das Sie hören dürfen',
  '{} cannot be found in the DNS': '{w} ist im DNS nicht zu finden',
  '{} sees {}, which nobody outside can reach': '{w} sieht {}, was draußen niemand erreicht',
  'check log.file': 'prüfen Sie log.file',
  '{} calls were running when the server ended last; their records are closed':
    '{} Anrufe liefen, als der Server zuletzt endete; ihre Nachweise sind geschlossen',
  'media.interface {} is not there, not up, or has no address':
    'media.interface {} ist nicht da, nicht in Betrieb, oder hat keine Adresse',
  'write a name that `ip address` shows with an address, or leave media.interface out':
    'schreiben Sie einen Namen, den `ip address` mit einer Adresse zeigt, oder lassen Sie media.interface weg',
  'check the OpenSSL of this host': 'prüfen Sie das OpenSSL dieses Rechners',
  '{} should show a certificate for {}: {}; nothing is sent there':
    '{} sollte ein Zertifikat für {} zeigen: {}; dorthin wird nichts gesendet',
  '{} extensions, {} registrations': '{} Nebenstellen, {} Anmeldungen',
  'the call came to no end': 'der Anruf kam zu keinem Ende',
  '{} may not call {}: {}': '{} darf {} nicht anrufen: {}',
  'calls without ports': 'Anrufe ohne Ports',
  'port {} has no address to listen on': 'der Port {} hat keine Adresse, auf der er hören könnte',
  'end the program that has the port, or give the listener another one':
    'beenden Sie das Programm, das den Port hat, oder geben Sie dem Empfang einen anderen',
  'choose a shorter data directory, or remove what is in the way':
    'wählen Sie einen kürzeren Datenordner, oder entfernen Sie, was im Weg ist',
  'listening on {}': 'hört auf {}',
  'calls are ended': 'Anrufe werden beendet',
  'some calls did not end within {} s': 'einige Anrufe endeten nicht binnen {} s',
  'the stop could not be written into the audit log':
    'das Anhalten ließ sich nicht in das Protokoll der Verwaltung schreiben',
  'everything is on disk': 'alles ist auf der Platte',
  'the disk did not take everything': 'die Platte nahm nicht alles',
  'mend or move away {}': 'bringen Sie {} in Ordnung, oder verschieben Sie es',
  'a new server certificate was made by the built-in authority':
    'die eingebaute Stelle hat ein neues Serverzertifikat gemacht',
  "check tls.certificate, tls.key and tls.client_ca; the server's account has to be able to read them":
    'prüfen Sie tls.certificate, tls.key und tls.client_ca; das Konto des Servers muss sie lesen können',
  'check tls.server_ca and the authorities of this host': 'prüfen Sie tls.server_ca und die Stellen dieses Rechners',
  'check tls.certificate and tls.key': 'prüfen Sie tls.certificate und tls.key',
  'the TLS certificate ends in {} days': 'das TLS-Zertifikat endet in {} Tagen',
  'the installed TLS certificate is not in force any more, and another is shown; install the next: ringfence certificate install --help':
    'das installierte TLS-Zertifikat ist nicht mehr in Kraft, und ein anderes wird gezeigt; installieren Sie das nächste: ringfence certificate install --help',
  'own authority': 'eigene Stelle',
  '{}, but phones and browsers are still shown the one before.':
    '{}, aber Telefonen und Browsern wird noch das vorige gezeigt.',
  '{}; {}; then run: ringfence reload': '{}; {}; danach: ringfence reload',
  'the configuration names the certificate': 'die Einstellungen nennen das Zertifikat',
  'replace that file and run: ringfence reload; or take tls.certificate and tls.key out':
    'ersetzen Sie diese Datei, danach: ringfence reload; oder nehmen Sie tls.certificate und tls.key heraus',
  'this certificate cannot be used': 'dieses Zertifikat ist nicht benutzbar',
  'give the chain and its key in PEM; what was shown before is still shown':
    'geben Sie die Kette und ihren Schlüssel in PEM an; gezeigt wird weiter das vorige',
  'Phones and browsers that connect from now on are shown it.':
    'Telefonen und Browsern, die sich von nun an verbinden, wird es gezeigt.',
  'It is installed': 'Es ist installiert',
  'it does not name {}, which is one of server.domains': 'es nennt {} nicht, eine von server.domains',
  'it ends soon': 'es endet bald',
  'the file cannot be removed': 'die Datei lässt sich nicht entfernen',
  'see the rights of {}': 'sehen Sie nach den Rechten von {}',
  'no certificate was installed': 'kein Zertifikat war installiert',
  'It is forgotten; see: ringfence certificate show': 'Es ist vergessen; siehe: ringfence certificate show',
  'It is forgotten': 'Es ist vergessen',
  'phones have to trust whoever signed that one': 'Telefone müssen dem vertrauen, der dieses unterschrieb',
  'try again; see the log': 'versuchen Sie es noch einmal; siehe das Protokoll',
  'per call': 'je Anruf',
  'the engine does not answer': 'das Vermittlungswerk antwortet nicht',
  'what it said before is told on': 'was es zuvor sagte, gilt weiter',
  'peers outside cannot reach us': 'Gegenstellen draußen können uns nicht erreichen',
  'no media server answers: {}; see: ringfence media list':
    'kein Medienserver antwortet: {}; siehe: ringfence media list',
  'calls are relayed here': 'Anrufe werden hier weitergeleitet',
  'calls are refused': 'Anrufe werden abgelehnt',
  'the disk does not take records': 'die Platte nimmt keine Nachweise',
  '{} log lines were dropped': '{} Protokollzeilen gingen verloren',
  'there is no extension {}': 'die Nebenstelle {} gibt es nicht',
  'the disk did not take it; nothing was changed': 'die Platte nahm es nicht; nichts wurde geändert',
  'it has changed since': 'es hat sich inzwischen geändert',
  'look again': 'sehen Sie noch einmal nach',
  "the server may not change its host's packet filter": 'der Server darf den Paketfilter seines Rechners nicht ändern',
  'on the host, as root: ringfence firewall apply; or load what firewall show writes':
    'auf dem Rechner, als root: ringfence firewall apply; oder laden Sie, was firewall show schreibt',
  'The server is stopping.': 'Der Server hält an.',
  'this command is not for a running server': 'dieser Befehl ist nicht für einen laufenden Server',
  'it is on disk, but the running server could not take it over':
    'es ist auf der Platte, aber der laufende Server konnte es nicht übernehmen',
  'restart the server': 'starten Sie den Server neu',
  '{} does not pay in advance, so it has no credit': '{w} zahlt nicht im Voraus und hat darum kein Guthaben',
  '"{}" is no amount': '„{}“ ist kein Betrag',
  'the disk has not taken it yet; it counts as soon as it has':
    'die Platte hat es noch nicht; es zählt, sobald sie es hat',
  'do not repeat it before you have seen: ringfence spend list':
    'wiederholen Sie es nicht, bevor Sie nachgesehen haben: ringfence spend list',
  'switched off': 'ausgeschaltet',
  'the engine did not answer in time: calls of the old password may still run; see: ringfence call list':
    'das Vermittlungswerk antwortete nicht rechtzeitig: Anrufe mit dem alten Passwort laufen vielleicht noch; siehe: ringfence call list',
  'the disk does not take that the old registrations are gone: they do not ring, but a crash may bring them back; see the log, then: ringfence registration remove':
    'die Platte nimmt nicht auf, dass die alten Anmeldungen weg sind: sie klingeln nicht, aber ein Absturz kann sie zurückbringen; siehe das Protokoll, dann: ringfence registration remove',
  'this is not the name and the password of a device that a link signed in':
    'das sind nicht Name und Passwort eines Geräts, das ein Link angemeldet hat',
  'the server could not write it down; try again':
    'der Server konnte es nicht aufschreiben; versuchen Sie es noch einmal',
  'the server could not take it over': 'der Server konnte es nicht übernehmen',
  'the engine did not answer in time: what the device had running may not have ended yet; see: ringfence call list':
    'das Vermittlungswerk antwortete nicht rechtzeitig: was das Gerät laufen hatte, ist vielleicht nicht beendet; siehe: ringfence call list',
  'nobody may sign in yet; on this machine: ringfence user first':
    'noch darf sich niemand anmelden; auf dieser Maschine: ringfence user first',
  '{}: we are at {}': '{}: wir sind an {}',
  'no known address': 'keine bekannte Adresse',
  'web.permitted would keep you out: you are at {}': 'web.permitted würde Sie aussperren: Sie sind an {}',
  'add your address to it, or give --force': 'nehmen Sie Ihre Adresse hinein, oder geben Sie --force an',
  'the shortest password of people of the system': 'das kürzeste Passwort von Personen des Systems',
  'the shortest password of people of a dealer': 'das kürzeste Passwort von Personen eines Händlers',
  'the shortest password of people of a tenant': 'das kürzeste Passwort von Personen eines Mandanten',
  'who has to have a second factor, and sets one up when signing in the next time':
    'wer einen zweiten Faktor haben muss und ihn bei der nächsten Anmeldung einrichtet',
  'for whom a code by e-mail is a second factor': 'für wen ein Code per E-Mail ein zweiter Faktor ist',
  'so long after its last use somebody is signed out': 'so lange nach der letzten Benutzung wird jemand abgemeldet',
  'so long after signing in somebody has to do it again': 'so lange nach der Anmeldung muss sich jemand neu anmelden',
  'so many wrong logins of one address, then it has to wait':
    'so viele falsche Anmeldungen einer Adresse, dann muss sie warten',
  'so many wrong logins of one address at one name, then it has to wait':
    'so viele falsche Anmeldungen einer Adresse unter einem Namen, dann muss sie warten',
  'so many wrong logins at one name within an hour, then strangers have an attempt in 30 s':
    'so viele falsche Anmeldungen unter einem Namen binnen einer Stunde, dann haben Fremde einen Versuch in 30 s',
  'within this time wrong logins are counted together':
    'binnen dieser Zeit werden falsche Anmeldungen zusammengezählt',
  'so long an address has to wait the first time; twice as long each time within a day':
    'so lange muss eine Adresse das erste Mal warten; jedes weitere Mal an einem Tag doppelt so lange',
  'so often within a day an address waits, then until somebody releases it':
    'so oft an einem Tag wartet eine Adresse, dann bis jemand sie freigibt',
  'from where pages and API may be asked, such as 192.0.2.0/24; empty: from anywhere':
    'von wo Seiten und API gefragt werden dürfen, etwa 192.0.2.0/24; leer: von überall',
  'whether the authority gives certificates, to whose terms you agree by this':
    'ob die Stelle Zertifikate gibt, deren Bedingungen Sie damit zustimmen',
  'the names of the certificate, which have to lead here; else those of server.domains':
    'die Namen des Zertifikats, die hierher führen müssen; sonst die von server.domains',
  'the e-mail address that the authority may tell of trouble':
    'die E-Mail-Adresse, der die Stelle von Schwierigkeiten berichten darf',
  'so long call records are kept; 0: for ever': 'so lange bleiben Anrufdaten; 0: für immer',
  'so long recorded signalling is kept': 'so lange bleibt aufgezeichnete Signalisierung',
  'whether calls are transcoded whose sides share no codec':
    'ob Anrufe umgewandelt werden, deren Seiten keinen Codec gemeinsam haben',
  'begin anew: ringfence setting remove {}': 'beginnen Sie von vorn: ringfence setting remove {}',
  'what a command keeps above the file does not fit: {}': 'was ein Befehl über der Datei hält, passt nicht: {}',
  'to go by the file: ringfence setting remove {}': 'damit die Datei gilt: ringfence setting remove {}',
  '{} cannot be set by command': '{} lässt sich nicht durch einen Befehl setzen',
  'see: ringfence setting list; all other keys are the file\'s':
    'siehe: ringfence setting list; alle anderen Schlüssel gehören der Datei',
  '{} is {}, which only the file may say': '{} ist {}, was nur die Datei sagen darf',
  'give {} or more: whoever steals a session is not to delete what shows it':
    'geben Sie {} oder mehr an: wer eine Sitzung stiehlt, soll nicht löschen, was das zeigt',
  '{} goes by the file, since what a command keeps does not fit: {}; to forget that: ringfence setting remove {}':
    '{} richtet sich nach der Datei, da nicht passt, was ein Befehl hält: {}; um das zu vergessen: ringfence setting remove {}',
  'the file says otherwise of {}, a command holds it as it is; to go by the file: ringfence setting remove {}':
    'die Datei sagt zu {} anderes, ein Befehl hält es, wie es ist; damit die Datei gilt: ringfence setting remove {}',
  'what commands keep above the file cannot be read in the database':
    'was Befehle über der Datei halten, ist in der Datenbank nicht lesbar',
  'no command has set {}': 'kein Befehl hat {} gesetzt',
  'see: ringfence setting list; what the file says is changed in the file':
    'siehe: ringfence setting list; was die Datei sagt, ändern Sie in der Datei',
  'from now on': 'von jetzt an',
  'from the next start on': 'vom nächsten Start an',
  '{} is "{}" {}, whatever the file says.': '{} ist „{}“ {w}, was immer die Datei sagt.',
  '{} goes by the file {}.': '{} richtet sich {w} nach der Datei.',
  '{} changes at the next start': '{} ändert sich beim nächsten Start',
  'the old one is used': 'das alte wird benutzt',
  'what held before goes on': 'was zuvor galt, gilt weiter',
  'Configuration, certificates and log file are read again.':
    'Einstellungen, Zertifikate und Protokolldatei sind neu gelesen.',
  '{} browsers were not used for {} days and are shut out':
    '{} Browser wurden {} Tage nicht benutzt und sind ausgeschlossen',
  'a page of "{}" wanted to speak from a browser at {} and was refused; if it is yours, add it to web.origins':
    'eine Seite von „{}“ wollte aus einem Browser an {} sprechen und wurde abgewiesen; wenn es Ihre ist, nehmen Sie sie in web.origins auf',
  'an address of an unknown kind': 'eine Adresse unbekannter Art',
  'nobody waits for it any more': 'niemand wartet mehr darauf',
  'there is no host {}': 'den Rechner {} gibt es nicht',
  '{} did not answer within {} ms': '{} antwortete nicht binnen {} ms',
  'the certificate of {} is not to be trusted': 'dem Zertifikat von {} ist nicht zu trauen',
  "the authority's certificate cannot be read": 'das Zertifikat der Stelle ist nicht lesbar',
  '{} is at {}, which is not a public address and not allowed':
    '{} ist an {}, was keine öffentliche und keine erlaubte Adresse ist',
  'the method is none of GET, POST, PUT, DELETE, HEAD': 'die Methode ist keine von GET, POST, PUT, DELETE, HEAD',
  'there are too many headers': 'es sind zu viele Kopfzeilen',
  'the name of a header holds something else than letters, digits, - and _':
    'der Name einer Kopfzeile enthält anderes als Buchstaben, Ziffern, - und _',
  'the header {} holds control characters': 'die Kopfzeile {} enthält Steuerzeichen',
  'the headers are too long': 'die Kopfzeilen sind zu lang',
  'the body is too long': 'der Inhalt ist zu lang',
  'a longer answer is asked for than may be': 'eine längere Antwort ist verlangt, als sein darf',
  'its time is 0 or too long': 'die Zeit dafür ist 0 oder zu lang',
  'too many networks are allowed': 'zu viele Netze sind erlaubt',
  'user or password holds control characters, or the user a colon':
    'Benutzer oder Passwort enthält Steuerzeichen, oder der Benutzer einen Doppelpunkt',
  'the URL is too long': 'die URL ist zu lang',
  'the URL holds spaces or worse': 'die URL enthält Leerzeichen oder Schlimmeres',
  'the URL does not begin with https://': 'die URL beginnt nicht mit https://',
  'it is no URL, or names a user': 'es ist keine URL, oder sie nennt einen Benutzer',
  'the URL has a fragment': 'die URL hat einen Teil hinter #',
  'the URL names no host': 'die URL nennt keinen Rechner',
  'libcurl cannot be used': 'libcurl ist nicht benutzbar',
  '{} answers more than is taken': '{} antwortet mehr, als angenommen wird',
  'the address of sender or receiver is none': 'die Adresse von Absender oder Empfänger ist keine',
  'no mail server is named': 'kein Mailserver ist genannt',
  '{} does not let us sign in': '{w} lässt uns nicht anmelden',
  '{} takes it later': '{w} nimmt es später',
  '{} refuses it': '{w} lehnt es ab',
  '{} does not encrypt (STARTTLS)': '{} verschlüsselt nicht (STARTTLS)',
  '{} cannot be sent to': 'an {} lässt sich nichts senden',
  'no receiver is named': 'kein Empfänger ist genannt',
  '{} closed the connection': '{} schloss die Verbindung',
  'it cannot be opened': 'sie lässt sich nicht öffnen',
  'it cannot be looked at': 'sie lässt sich nicht ansehen',
  'it is no regular file': 'sie ist keine gewöhnliche Datei',
  'there is no memory for a copy': 'für eine Kopie fehlt Speicher',
  'it has more than {} MB': 'sie hat mehr als {} MB',
  'it has more than {} different records, too many for countries':
    'sie hat mehr als {} verschiedene Einträge, zu viele für Länder',
  'reading it takes too long': 'sie zu lesen dauert zu lang',
  'it has more than {} ranges': 'sie hat mehr als {} Bereiche',
  'its tree is damaged': 'ihr Baum ist beschädigt',
  'its tree is deeper than an address is long': 'ihr Baum ist tiefer, als eine Adresse lang ist',
  'it has more than {} nodes': 'sie hat mehr als {} Knoten',
  'its tree has a loop': 'ihr Baum hat eine Schleife',
  'it names no country': 'sie nennt kein Land',
  'it holds no certificate in PEM': 'es enthält kein Zertifikat in PEM',
  'its chain is too long': 'die Kette ist zu lang',
  "the key is not that of its first certificate, which has to be the server's":
    'der Schlüssel ist nicht der des ersten Zertifikats, das das des Servers sein muss',
  'the key is not that of the certificate': 'der Schlüssel ist nicht der des Zertifikats',
  'the certificate has ended': 'das Zertifikat ist abgelaufen',
  'the certificate is not in force yet, by the clock of this host':
    'das Zertifikat ist nach der Uhr dieses Rechners noch nicht in Kraft',
  'the certificate is not for servers': 'das Zertifikat ist nicht für Server',
  'the certificate names no host (subjectAltName), so no phone and no browser would believe it':
    'das Zertifikat nennt keinen Rechner (subjectAltName), also würde ihm kein Telefon und kein Browser glauben',
  'its chain does not hold: each certificate has to be followed by the one that signed it':
    'die Kette hält nicht: auf jedes Zertifikat muss das folgen, das es unterschrieb',
  'its key is locked with a password, which nobody could type at a start':
    'der Schlüssel ist mit einem Passwort gesperrt, das beim Start niemand eingeben könnte',
  'it holds no private key in PEM': 'es enthält keinen privaten Schlüssel in PEM',
  'TLS does not take it': 'TLS nimmt es nicht',
  'there are no time zones in {}; install the package tzdata':
    'in {} gibt es keine Zeitzonen; installieren Sie das Paket tzdata',
  "there is no time zone '{}'; did you mean {}?": 'die Zeitzone „{}“ gibt es nicht; meinten Sie {}?',
  "there is no time zone '{}'; names are like Europe/Berlin, see {}/tzdata.zi":
    'die Zeitzone „{}“ gibt es nicht; Namen sind wie Europe/Berlin, siehe {}/tzdata.zi',
  'the time zone {} cannot be used: {}': 'die Zeitzone {} ist nicht benutzbar: {}',
  'it was carried out, and the disk did not take it: it may be as before':
    'es wurde ausgeführt, doch die Platte nahm es nicht: vielleicht ist es wie zuvor',
  'make room on the disk, or see why it fails; then look at what you changed':
    'schaffen Sie Platz auf der Platte, oder sehen Sie, warum es scheitert; sehen Sie dann nach, was Sie geändert haben',
  'the file says what it said': 'die Datei sagt, was sie sagte',
  'other in the file: {}': 'anders in der Datei: {}',
};
