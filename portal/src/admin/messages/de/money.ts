// What calls may cost: spending, reach, countries, PINs.

import type { Same } from '../../../shared/messages';
import type { money as en } from '../en/money';
import { plural } from '../plural';

export const money: Same<typeof en> = {
  spending: {
    lead: 'Was ausgegeben wurde, für laufende Anrufe zurückgelegt ist und übrig bleibt.',
    level: 'Wessen',
    every: 'alle',
    none: 'Es wurde kein Geld ausgegeben',
    teach: 'Konten erscheinen mit dem ersten bezahlten Anruf oder der ersten Grenze.',
    today: 'Heute',
    month: 'Dieser Monat',
    credit: 'Guthaben',
    locked: 'gesperrt',
    reserved: (amount) => `+ ${amount} zurückgelegt`,
    add: 'Guthaben aufladen',
    addTo: (number) => `Guthaben für ${number} aufladen`,
  },
  reach: {
    lead: 'Wer welche Nummern erreicht, die Geld kosten: was ein gestohlenes Passwort öffnet.',
    from: 'Von: eine Nebenstelle, oder „outside“',
    to: 'Zu: ein Land oder eine Art von Nummer',
    submit: 'Ansehen',
    none: 'Niemand erreicht eine Nummer, die Geld kostet',
    teach: 'Wege hinaus kommen mit ausgehenden Wegen, Leitungen und deren Preislisten.',
    who: 'Wer',
    perMinute: (currency) => `${currency} je Minute`,
    open: 'Offen für jeden, der anruft, ohne Passwort',
    cut: 'Es sind mehr, als gezeigt werden: Fragen Sie nach einer Nebenstelle oder einem Land.',
  },
  countries: {
    lead: 'Welche Länder angerufen werden dürfen. Was das System, der Mandant oder eine Abteilung verbietet, erlaubt keiner der anderen.',
    whose: 'Für wen',
    tenant: 'der Mandant',
    system: 'das System',
    allow: 'Länder erlauben',
    deny: 'Länder verbieten',
    map: (count) => `Weltkarte: ${plural(count, 'Land ist', 'Länder sind')} verboten`,
    levels: 'Was jede Ebene sagt',
    level: 'Ebene',
    any: 'alle',
    denied: 'Verbotene Länder',
    none: 'Kein Land ist verboten',
    teach: 'Betrug geht dorthin, wo Anrufe teuer sind. Wählen Sie oben, wessen Länder es sind, und verbieten Sie die, in die hier niemand anruft.',
    why: 'Von wem',
    home: (country) => `Zu Hause in ${country}: ob dortige Nummern angerufen werden dürfen, sagt die Reichweite.`,
  },
  map: {
    open: 'Aus einer Liste oder auf einer Karte wählen',
    filter: 'Ein Land finden',
    chosen: (count) => `Weltkarte; ${plural(count, 'Land ist', 'Länder sind')} gewählt. Die Liste darunter tut dasselbe.`,
  },
  pins: {
    title: 'Konten mit PIN, oder Abrechnungscodes',
    account: 'Konto',
    none: 'Noch hat niemand eine PIN dieser Liste, und sie hat keinen Abrechnungscode.',
    teach: 'Ein Weg, der diese Liste nennt, fragt vor dem Wählen nach einer PIN. Geben Sie unten jemandem die erste, oder fügen Sie einen Abrechnungscode hinzu.',
    add: 'Eine PIN geben oder einen Abrechnungscode hinzufügen',
    made: (account) => `PIN von ${account}, nur dieses Mal gezeigt`,
    removeTitle: (account) => `${account} aus dieser Liste entfernen?`,
    removed: 'Wer sie benutzt, kann auf Wegen, die danach fragen, nicht mehr anrufen.',
  },
};
