// The kinds of things that are configured about calls.

import type { Same } from '../../../shared/messages';
import type { kinds as en } from '../en/kinds';

export const kinds: Same<typeof en> = {
  kinds: {
    trunk: {
      one: 'Leitung',
      lead: 'Wege nach draußen: Anbieter und Gateways.',
      add: 'Leitung hinzufügen',
      none: 'Noch keine Leitung',
      teach: 'Eine Leitung verbindet Sie mit einem Telefonanbieter. Sie brauchen seine Adresse, Ihren Namen dort und, danach, Ihr Passwort dort. Ohne Preisliste gehen nur kostenlose Anrufe hinaus.',
      removed: 'Kein weiterer Anruf nimmt sie.',
    },
    inbound: {
      one: 'Eingehender Weg',
      lead: 'Wohin Anrufe von draußen gehen. Der erste passende entscheidet.',
      add: 'Eingehenden Weg hinzufügen',
      none: 'Noch kein eingehender Weg',
      teach: 'Anrufe von draußen erreichen niemanden, bis ein Weg sagt, wo Ihre Nummern klingeln: Nebenstelle, Rufgruppe oder Ansage.',
      removed: 'Anrufe dieser Nummern gehen, wohin der nächste passende Weg sagt, oder nirgendwohin.',
    },
    route: {
      one: 'Ausgehender Weg',
      lead: 'Wer welche Nummern über welche Leitung anrufen darf. Der erste passende entscheidet; wo keiner passt, geht kein Anruf hinaus.',
      add: 'Ausgehenden Weg hinzufügen',
      none: 'Noch kein ausgehender Weg',
      teach: 'Ohne einen ruft niemand nach draußen, außer im Notfall. Beginnen Sie mit einem für Ihr eigenes Land.',
      removed: 'Nummern, die nur er erlaubte, kann niemand mehr anrufen.',
    },
    'ring-group': {
      one: 'Rufgruppe',
      lead: 'Nummern, die mehrere Telefone klingeln lassen.',
      add: 'Rufgruppe hinzufügen',
      none: 'Noch keine Rufgruppe',
      teach: 'Eine Rufgruppe hat eine eigene Nummer und lässt ihre Mitglieder zugleich oder nacheinander klingeln.',
      removed: 'Ihre Nummer klingelt bei niemandem.',
    },
    department: {
      one: 'Abteilung',
      lead: 'Nebenstellen, die Grenzen und Wege teilen.',
      add: 'Abteilung hinzufügen',
      none: 'Noch keine Abteilung',
      teach: 'Stecken Sie Nebenstellen in Abteilungen, um ihnen Geld und Wege gemeinsam zu geben.',
      removed: 'Ihre Nebenstellen fallen unter die Regeln des ganzen Hauses.',
    },
    schedule: {
      one: 'Zeitplan',
      lead: 'Öffnungszeiten und Feiertage für Wege und Nebenstellen.',
      add: 'Zeitplan hinzufügen',
      none: 'Noch kein Zeitplan',
      teach: 'Eine Zeile je Regel, etwa „mon-fri 08:00-18:00“ oder „yearly 12-25 closed“.',
      removed: 'Was sich auf ihn bezieht, muss vorher geändert werden.',
    },
    limit: {
      one: 'Grenze',
      lead: 'Wie viel ausgegeben und angerufen werden darf. Was hier nicht gesetzt ist, gilt wie üblich und steht bei jeder Grenze.',
      add: 'Grenze setzen',
      none: 'Nur die üblichen Grenzen gelten',
      teach: 'system, tenant, extension, extension.1001, department.NAME, trunk oder trunk.NAME können eigene Grenzen haben.',
      removed: 'Die üblichen Grenzen gelten wieder.',
    },
    deck: {
      one: 'Preisliste',
      lead: 'Was Anrufe kosten, nach dem Anfang der Nummer.',
      add: 'Preisliste einlesen',
      none: 'Noch keine Preisliste',
      teach: 'Nehmen Sie die Preise Ihres Anbieters als CSV mit den Spalten prefix und rate_per_min. Ohne Preise geht kein bezahlter Anruf hinaus.',
      removed: 'Leitungen ohne Preisliste machen keine bezahlten Anrufe.',
    },
    'number-list': {
      one: 'Nummernliste',
      lead: 'Nummern, die gesperrt, erlaubt, teuer oder für Betrug bekannt sind.',
      add: 'Nummernliste einlesen',
      none: 'Noch keine Nummernliste',
      teach: 'Eine Nummer oder ein Anfang von Nummern je Zeile.',
      removed: 'Ihre Nummern werden wie alle anderen behandelt.',
    },
    'pin-list': {
      one: 'PIN-Liste',
      lead: 'PINs und Abrechnungscodes, nach denen Wege und Anrufrechte fragen, bevor ein Anruf hinausgeht.',
      add: 'PIN-Liste hinzufügen',
      none: 'Noch keine PIN-Liste',
      teach: 'Wege und Anrufrechte, die eine Liste nennen, fragen den Anrufer nach einer PIN oder einem Abrechnungscode; wessen er war, steht in der Anrufliste.',
      removed: 'Alle ihre PINs und Abrechnungscodes sind weg.',
    },
    'calling-role': {
      one: 'Anrufrecht',
      lead: 'Was Nebenstellen anrufen dürfen, unter einem Namen. Eine Nebenstelle darf für sich weniger sagen, nie mehr.',
      add: 'Anrufrecht hinzufügen',
      none: 'Nur die eingebauten Anrufrechte',
      teach: 'Eingebaut sind internal, national und international; geben Sie Ihren die Länder, Zeiten und teuren Nummern, die ihre Leute brauchen.',
      removed: 'Es kann nicht entfernt werden, solange Nebenstellen oder Wege es nennen.',
    },
  },
};
