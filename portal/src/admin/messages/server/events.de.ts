// What each event of the catalogue means, for the page of events.

export const events: Readonly<Record<string, string>> = {
  'An emergency number was called, or was tried and no trunk took it. Go and see whether help is needed; when no trunk took it, repair the trunks at once.':
    'Eine Notrufnummer wurde angerufen, oder es wurde versucht und keine Leitung nahm den Anruf. Sehen Sie nach, ob Hilfe gebraucht wird; nahm ihn keine Leitung, bringen Sie die Leitungen sofort in Ordnung.',
  'A request for a running call came from elsewhere than its phone. It changed nothing. Block the source when it goes on.':
    'Eine Anfrage zu einem laufenden Anruf kam von anderswo als von seinem Telefon. Sie hat nichts verändert. Sperren Sie die Quelle, wenn es weitergeht.',
  'Somebody sent packets to the media ports of a call and was not heard.':
    'Jemand schickte Pakete an die Medienports eines Anrufs und wurde nicht gehört.',
  "The media's other end could not prove to be whom signalling named, and the call was ended. Somebody may stand in between.":
    'Das andere Ende der Medien konnte nicht beweisen, dass es ist, wen die Signalisierung nannte, und der Anruf wurde beendet. Vielleicht steht jemand dazwischen.',
  'Calls were running when the server ended last time; their records are closed. See why it ended.':
    'Als der Server zuletzt endete, liefen Anrufe; ihre Aufzeichnungen sind abgeschlossen. Sehen Sie nach, warum er endete.',
  'A call that ran when the server died was ended at the other side.':
    'Ein Anruf, der lief, als der Server starb, wurde auf der anderen Seite beendet.',
  'An extension or trunk makes more attempts or requests than its pace; those above it are refused. It may be a stolen password or a broken dialler.':
    'Eine Nebenstelle oder Leitung macht mehr Versuche oder Anfragen, als ihr Tempo erlaubt; was darüber ist, wird abgelehnt. Es kann ein gestohlenes Passwort sein oder eine kaputte Wählmaschine.',
  'A command was carried out. The audit log has it with its outcome.':
    'Ein Befehl wurde ausgeführt. Das Protokoll hat ihn mit dem, was daraus wurde.',
  'A reload was taken over while calls went on.':
    'Eine neue Konfiguration wurde übernommen, während Anrufe weiterliefen.',
  'A reload found a fault; everything stays as it was. Run: ringfence config check.':
    'Beim Neuladen fand sich ein Fehler; alles bleibt, wie es war. Prüfen Sie: ringfence config check.',
  'More events came than could be kept or told. The log has their lines.':
    'Es kamen mehr Ereignisse, als sich behalten oder melden ließen. Im Log stehen ihre Zeilen.',
  'All attempts to reach a contact failed, or it refused. Its events stand in the list of events. Run: ringfence event-contact show NAME.':
    'Alle Versuche, einen Kontakt zu erreichen, schlugen fehl, oder er lehnte ab. Seine Ereignisse stehen in der Liste der Ereignisse. Sehen Sie nach: ringfence event-contact show NAME.',
  'An operator tries whether messages reach a contact. Nothing has happened.':
    'Jemand probiert, ob Nachrichten bei einem Kontakt ankommen. Es ist nichts geschehen.',
  'An address broke a detection rule and is shut out. Run: ringfence guard explain ADDRESS.':
    'Eine Adresse hat eine Erkennungsregel verletzt und ist ausgesperrt. Sehen Sie nach: ringfence guard explain ADRESSE.',
  'An address that has not proved itself, or sends too much, is slowed down.':
    'Eine Adresse, die sich nicht ausgewiesen hat oder zu viel schickt, wird gebremst.',
  "An attack comes from an address where honest phones are, too; only the attacker's port is shut out.":
    'Ein Angriff kommt von einer Adresse, an der auch ehrliche Telefone sind; nur der Port des Angreifers ist ausgesperrt.',
  'A source guessed the password of an account too often and is locked out of it.':
    'Eine Quelle hat das Passwort eines Kontos zu oft geraten und ist von ihm ausgesperrt.',
  'Many sources guess the password of one account. Where its password is weak, change it.':
    'Viele Quellen raten das Passwort eines Kontos. Ist das Passwort schwach, ändern Sie es.',
  'A domain name or list of the rules cannot be used; the rules before stay in force.':
    'Ein Domänenname oder eine Liste der Regeln ist nicht brauchbar; die Regeln davor gelten weiter.',
  'The mail server did not take it; whoever waits for it cannot sign in by it. Run: ringfence event test.':
    'Der Mailserver nahm ihn nicht an; wer auf ihn wartet, kann sich damit nicht anmelden. Versuchen Sie: ringfence event test.',
  'An address has to wait after too many wrong passwords for the pages or the API. Run: ringfence login held.':
    'Eine Adresse muss nach zu vielen falschen Passwörtern für die Seiten oder die API warten. Sehen Sie nach: ringfence login held.',
  'A link was used that never was, was used already, or has ended.':
    'Ein Link wurde benutzt, den es nie gab, der schon benutzt wurde oder abgelaufen ist.',
  'An address that may not ask for the pages or the API did so, and got nothing.':
    'Eine Adresse, die weder die Seiten noch die API aufrufen darf, tat es und bekam nichts.',
  'Its calls end; new ones go to other servers or are relayed here.':
    'Seine Anrufe enden; neue gehen an andere Server oder werden hier weitergereicht.',
  'New calls go elsewhere. Add a server or give it more ports.':
    'Neue Anrufe gehen anderswohin. Fügen Sie einen Server hinzu, oder geben Sie ihm mehr Ports.',
  'It takes calls again.': 'Er nimmt wieder Anrufe an.',
  'A call reached what it may cost or last. When that was right, nothing is to be done.':
    'Ein Anruf erreichte, was er kosten oder wie lange er dauern darf. War das richtig, ist nichts zu tun.',
  'What calls have cost cannot be told for certain; paid calls may be refused. See the log, and restore a backup.':
    'Was Anrufe gekostet haben, lässt sich nicht sicher sagen; Anrufe, die Geld kosten, werden vielleicht abgelehnt. Sehen Sie ins Log, und spielen Sie eine Sicherung ein.',
  'An account of money, or a number of calls at once or in a time, has reached its warning threshold.':
    'Ein Konto mit Geld, oder eine Zahl von Anrufen zugleich oder in einer Zeit, hat seine Warnschwelle erreicht.',
  'An extension keeps trying calls that it may not make, which may be a stolen password, or a trunk brings calls that nobody wants or that it is full for.':
    'Eine Nebenstelle versucht immer wieder Anrufe, die sie nicht machen darf; das kann ein gestohlenes Passwort sein. Oder eine Leitung bringt Anrufe, die niemand will oder für die sie voll ist.',
  'A call left that is unusual for its extension, department or tenant. Run: ringfence pattern show NUMBER.':
    'Ein Anruf ging hinaus, der für seine Nebenstelle, Abteilung oder seinen Mandanten ungewöhnlich ist. Sehen Sie nach: ringfence pattern show NUMMER.',
  'A call that fits no habit did not leave. Ask whoever has the extension.':
    'Ein Anruf, der zu keiner Gewohnheit passt, ging nicht hinaus. Fragen Sie, wem die Nebenstelle gehört.',
  'It was asked and said nothing; its registration is ended.':
    'Es wurde gefragt und sagte nichts; seine Anmeldung ist beendet.',
  'It came from where, or is what, the extension does not permit. When it is not yours, the password is stolen: reset it.':
    'Es kam von einem Ort, oder ist ein Gerät, das die Nebenstelle nicht zulässt. Ist es nicht Ihres, ist das Passwort gestohlen: setzen Sie es zurück.',
  "The PIN that a call's route asks for was wrong or missing.":
    'Die PIN, nach der der Weg eines Anrufs fragt, war falsch oder fehlte.',
  'Peers are told the new one from now on. Firewalls and providers may have to know it.':
    'Gegenstellen hören ab jetzt die neue. Firewalls und Anbieter müssen sie vielleicht erfahren.',
  'The STUN server does not answer. Peers outside may not reach us.':
    'Der STUN-Server antwortet nicht. Gegenstellen draußen erreichen uns vielleicht nicht.',
  'Nothing can be changed until it can. See to the disk.':
    'Nichts lässt sich ändern, bis es wieder geht. Sehen Sie nach der Festplatte.',
  'The certificate or its key is missing, damaged or over. The one before stays in use as long as it lasts.':
    'Das Zertifikat oder sein Schlüssel fehlt, ist beschädigt oder abgelaufen. Das davor bleibt in Gebrauch, solange es gilt.',
  'Put a new one in place and run: ringfence reload.':
    'Legen Sie ein neues an seine Stelle und führen Sie aus: ringfence reload.',
  'The one before stays in use as long as it lasts, and it is asked again. Run: ringfence certificate show.':
    'Das davor bleibt in Gebrauch, solange es gilt, und es wird wieder gefragt. Sehen Sie nach: ringfence certificate show.',
  'The built-in authority, or the one elsewhere, gave a new one; nothing is to be done.':
    'Die eingebaute Zertifizierungsstelle, oder die anderswo, gab ein neues; nichts ist zu tun.',
  'Calls are refused while their records cannot be written. Make room or replace the disk.':
    'Anrufe werden abgelehnt, solange sich ihre Aufzeichnungen nicht schreiben lassen. Machen Sie Platz, oder ersetzen Sie die Festplatte.',
  'Calls or registrations are refused. Raise the limit in the configuration, or see who uses it up: ringfence status.':
    'Anrufe oder Anmeldungen werden abgelehnt. Erhöhen Sie die Grenze in der Konfiguration, oder sehen Sie nach, wer sie aufbraucht: ringfence status.',
  'It listens and takes calls.': 'Er hört zu und nimmt Anrufe an.',
  'Somebody asked it to; running calls are ended.': 'Jemand hat darum gebeten; laufende Anrufe werden beendet.',
  'The server runs, but something about it is to be mended; the text says what.':
    'Der Server läuft, aber etwas an ihm ist in Ordnung zu bringen; der Text sagt, was.',
  'Its way of asking is not answered, because it would give the password away.':
    'Auf seine Art zu fragen wird nicht geantwortet, denn sie gäbe das Passwort preis.',
  'Calls go by other trunks as long as there are any. Ask the provider.':
    'Anrufe gehen über andere Leitungen, solange es welche gibt. Fragen Sie den Anbieter.',
  'The next trunk was tried. When it happens often, ask the provider.':
    'Die nächste Leitung wurde versucht. Geschieht es oft, fragen Sie den Anbieter.',
  'It is not, and was refused.': 'Er ist es nicht und wurde abgelehnt.',
  'Calls from this provider do not come in. Check its address and password.':
    'Anrufe von diesem Anbieter kommen nicht herein. Prüfen Sie seine Adresse und das Passwort.',
  'Calls come in again.': 'Anrufe kommen wieder herein.',
  'It takes calls.': 'Er nimmt Anrufe an.',
  'Nothing is sent there. Its certificate is over, names another host, or somebody stands in between.':
    'Dorthin wird nichts geschickt. Das Zertifikat ist abgelaufen, nennt einen anderen Namen, oder jemand steht dazwischen.',
};
