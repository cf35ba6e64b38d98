"""The report in German: what each English text of `language.say` is called."""

from __future__ import annotations

from typing import Final

GERMAN: Final[dict[str, str]] = {
    # before_after, change
    " So short a time does not tell whether events come in clusters; if they do, this may be chance.": (
        " Eine so kurze Zeit verrät nicht, ob Ereignisse gehäuft auftreten; wenn ja, kann dies Zufall sein."
    ),
    "All violations": "Alle Verstöße",
    "Near misses": "Beinahe-Unfälle",
    "Serious near misses": "Schwere Beinahe-Unfälle",
    "{middle}\u00a0% (95\u00a0% interval {low} to {high}\u00a0%)": (
        "{middle}\u00a0% (95-%-Intervall {low} bis {high}\u00a0%)"
    ),
    "No change can be told from chance; a fall by {share} could have been seen.": (
        "Keine Veränderung lässt sich von Zufall unterscheiden; ein Rückgang um {share} wäre erkennbar gewesen."
    ),
    (
        "No change can be told from chance. Which fall could have been seen cannot be said: so short a time does "
        "not tell whether events come in clusters."
    ): (
        "Keine Veränderung lässt sich von Zufall unterscheiden. Welcher Rückgang erkennbar gewesen wäre, lässt "
        "sich nicht sagen: Eine so kurze Zeit verrät nicht, ob Ereignisse gehäuft auftreten."
    ),
    "at least {share}": "mindestens {share}",
    "Nobody was counted in one of the periods, so there is no rate to compare.": (
        "In einem der Zeiträume wurde niemand gezählt, daher gibt es keine Rate zum Vergleichen."
    ),
    "Too few events to compare.": "Zu wenige Ereignisse für einen Vergleich.",
    "No difference to the comparison sites can be told from chance.": (
        "Kein Unterschied zu den Vergleichsorten lässt sich von Zufall unterscheiden."
    ),
    "No change can be told from chance; not even the end of all of them could have been seen.": (
        "Keine Veränderung lässt sich von Zufall unterscheiden; selbst das völlige Ausbleiben wäre nicht "
        "erkennbar gewesen."
    ),
    "Fell more than at the comparison sites": "Stärker gesunken als an den Vergleichsorten",
    "Rose more than at the comparison sites": "Stärker gestiegen als an den Vergleichsorten",
    "Fell": "Gesunken",
    "Rose": "Gestiegen",
    (
        "Rates are per 1,000 passings of those whom the kind concerns, counted in the same quarters of an hour; "
        "limits of rates are Garwood's, those of the ratio are exact given the sum of both counts (Przyborowski "
        "and Wilenski 1940)."
    ): (
        "Raten gelten je 1.000 Passagen derer, die die Art betrifft, gezählt in denselben Viertelstunden; die "
        "Grenzen der Raten sind die von Garwood, die des Verhältnisses sind exakt bei gegebener Summe beider "
        "Anzahlen (Przyborowski und Wilenski 1940)."
    ),
    (
        "Regression to the mean: where something was done because a period looked bad, the next one would look "
        "better without it. Compare with a period that did not lead to the decision, or with sites at which "
        "nothing was done."
    ): (
        "Regression zur Mitte: Wo etwas getan wurde, weil ein Zeitraum schlecht aussah, sähe der nächste auch "
        "ohne das besser aus. Vergleichen Sie mit einem Zeitraum, der nicht zur Entscheidung führte, oder mit "
        "Orten, an denen nichts getan wurde."
    ),
    ("Without a comparison site, weather, season, roadworks and who was counted how well count as effects, too."): (
        "Ohne Vergleichsort zählen auch Wetter, Jahreszeit, Baustellen und die Güte der Zählung als Wirkung."
    ),
    (
        "Events that come in clusters (a platoon, a blocked junction, a bad day) tell less than independent "
        "ones: where numbers scatter more from day to day, or from quarter to quarter of an hour, than "
        "independent events would, the intervals of the ratios are widened by that. Limits of the rates are not. "
        "Of twenty rows without any change, one is expected to look changed."
    ): (
        "Gehäufte Ereignisse (ein Pulk, eine blockierte Kreuzung, ein schlechter Tag) sagen weniger aus als "
        "unabhängige: Wo die Zahlen von Tag zu Tag oder von Viertelstunde zu Viertelstunde stärker streuen, als "
        "unabhängige Ereignisse es täten, sind die Intervalle der Verhältnisse entsprechend breiter. Die Grenzen "
        "der Raten sind es nicht. Von zwanzig Zeilen ohne jede Veränderung sieht erwartungsgemäß eine verändert "
        "aus."
    ),
    "{n} of {all}": "{n} von {all}",
    "{since} to {until}": "{since} bis {until}",
    "Ratio of the rates, after / before, with its 95 % interval (cut off at 0.1 and 10); 1 is no change.": (
        "Verhältnis der Raten, nachher / vorher, mit seinem 95-%-Intervall (abgeschnitten bei 0,1 und 10); 1 "
        "heißt unverändert."
    ),
    (
        "Before: {before} ({seen_before} of it observed). After: {after} ({seen_after} of it observed). Time zone: "
        "{zone}."
    ): (
        "Vorher: {before} (davon {seen_before} beobachtet). Nachher: {after} (davon {seen_after} beobachtet). "
        "Zeitzone: {zone}."
    ),
    " Time observed is rounded up to quarters of an hour.": (
        " Die beobachtete Zeit ist auf Viertelstunden aufgerundet."
    ),
    "Kind": "Art",
    "Before": "Vorher",
    "per 1,000": "je 1.000",
    "After": "Nachher",
    "Ratio": "Verhältnis",
    "95 % interval": "95-%-Intervall",
    "Events and rates before and after, and the ratio of the rates over that of the comparison site": (
        "Ereignisse und Raten vorher und nachher und das Verhältnis der Raten bezogen auf das des Vergleichsorts"
    ),
    "Events and rates before and after, and the ratio of the rates": (
        "Ereignisse und Raten vorher und nachher und das Verhältnis der Raten"
    ),
    " The numbers vary {times} times as much as independent events would; this is allowed for.": (
        " Die Zahlen streuen {times}-mal so stark, wie unabhängige Ereignisse es täten; das ist berücksichtigt."
    ),
    " To see a halving with 80\u00a0% power takes {needed} events before, at these exposures; there were {n}.": (
        " Um eine Halbierung mit einer Trennschärfe von 80\u00a0% zu erkennen, braucht es bei diesen Verkehrsmengen "
        "vorher {needed} Ereignisse; es waren {n}."
    ),
    "Fewer than {k} events in a period, or outside of both: nothing is published.": (
        "Weniger als {k} Ereignisse in einem Zeitraum oder außerhalb beider: Es wird nichts veröffentlicht."
    ),
    "Comparison, before": "Vergleichsort, vorher",
    "after": "nachher",
    "How to read this": "Wie das zu lesen ist",
    "Ratios after / before with their 95 % intervals": "Verhältnisse nachher / vorher mit ihren 95-%-Intervallen",
    "above {ratio}": "über {ratio}",
    # cameras
    "in order": "in Ordnung",
    "late": "verspätet",
    "no picture": "kein Bild",
    "in doubt": "unsicher",
    "unknown": "unbekannt",
    "right": "richtig",
    "not tested yet": "noch nicht geprüft",
    "doubtful": "zweifelhaft",
    "moved": "Kamera bewegt",
    "none": "keine",
    "Camera": "Kamera",
    "State": "Zustand",
    "Pictures per second": "Bilder je Sekunde",
    "Delay, s": "Verzögerung, s",
    "Calibration": "Kalibrierung",
    "Clock ahead, s": "Uhr geht vor, s",
    "Remark": "Bemerkung",
    "The cameras when this report was made": "Die Kameras, als dieser Bericht erstellt wurde",
    # counting, sheets
    "Road users per interval by class": "Verkehrsteilnehmer je Intervall nach Klasse",
    "No vehicle or cyclist was observed, so none was counted at the stop lines.": (
        "Es wurde kein Fahrzeug und kein Fahrrad beobachtet, daher wurde an den Haltlinien keines gezählt."
    ),
    "Approach": "Zufahrt",
    "Total": "Summe",
    "Share": "Anteil",
    ", k for thousands": ", k für Tausend",
    (
        "Flows from each approach: left blue, through grey, right orange; widths in proportion{thousands}. The "
        "busiest movement: {movement} from the {where}, {n}."
    ): (
        "Ströme aus jeder Zufahrt: links blau, geradeaus grau, rechts orange; Breiten im Verhältnis{thousands}. "
        "Der stärkste Strom: {movement} von {where}, {n}."
    ),
    "Nobody was seen in this period.": "In diesem Zeitraum wurde niemand gesehen.",
    "No road user was counted over a stop line.": "Über keine Haltlinie wurde jemand gezählt.",
    "All": "Alle",
    "Class": "Klasse",
    "Passings of stop lines and crosswalks by class": "Passagen von Haltlinien und Überwegen nach Art",
    "From the {where}": "Von {where}",
    "{whom} over the stop lines, by movement": "{whom} über die Haltlinien nach Strom",
    "Flow diagram of the movements": "Strombelastungsplan",
    "Share as a bar": "Anteil als Balken",
    "Left": "Links",
    "Through": "Gerade\u00adaus",
    "Right": "Rechts",
    "U-turn": "Wenden",
    "Unknown": "Unbe\u00adkannt",
    "L": "L",
    "T": "G",
    "R": "R",
    "U": "W",
    "Each line is the mean per hour over the hours observed at that time of day; the last line is the sum. ": (
        "Jede Zeile ist das Mittel je Stunde über die zu dieser Tageszeit beobachteten Stunden; die letzte Zeile "
        "ist die Summe. "
    ),
    "{n} intervals that were not observed are left out. ": (
        "{n} Intervalle, die nicht beobachtet wurden, sind ausgelassen. "
    ),
    "Busiest interval: {at}, {n} {whom}. ": "Stärkstes Intervall: {at}, {n} {whom}. ",
    ("Peak hour from {at}: {n}; peak hour factor {factor} (HCM: hourly volume over four times its busiest quarter)."): (
        "Spitzenstunde ab {at}: {n}; Spitzenstundenfaktor {factor} (HCM: Stundenwert geteilt durch das Vierfache "
        "der stärksten Viertelstunde)."
    ),
    "No peak hour is given: no four quarters of an hour in a row were observed from begin to end.": (
        "Keine Spitzenstunde: Keine vier Viertelstunden in Folge wurden von Anfang bis Ende beobachtet."
    ),
    "Hour of the day": "Stunde des Tages",
    "Hours observed": "Beobachtete Stunden",
    "Turning movement counts (L left, T through, R right, Σ approach)": (
        "Knotenstromzählung (L links, G geradeaus, R rechts, Σ Zufahrt)"
    ),
    "On the crosswalks": "Auf den Überwegen",
    "Interval": "Intervall",
    "Nobody was counted on a crosswalk.": "Auf keinem Überweg wurde jemand gezählt.",
    " (shaded)": " (hinterlegt)",
    # evidence
    "; signal {state} for {s} s": "; Signal {state} seit {s} s",
    "; lasted {s} s": "; dauerte {s} s",
    "No.": "Nr.",
    "Time": "Zeit",
    "Who": "Wer",
    "Place": "Ort",
    "Signal": "Signal",
    "Lasted, s": "Dauer, s",
    "Confidence": "Konfidenz",
    "Linked": "Verbunden",
    "{n} of {all} events are listed without a drawing.": "{n} von {all} Ereignissen sind ohne Zeichnung aufgeführt.",
    "{both} were {s} s from colliding had both gone on as they did{how}.": (
        "{both}: {s} s bis zum Zusammenstoß, wären beide so weitergefahren{how}."
    ),
    "and {n} more": "und {n} weitere",
    "confidence {value}": "Konfidenz {value}",
    "Tracks ": "Spuren ",
    "Track ": "Spur ",
    "Event ": "Ereignis ",
    "all": "alle",
    "Violations in order of time": "Verstöße in zeitlicher Folge",
    "{a} and {b}": "{a} und {b}",
    "{both} used the same spot {s} s apart{how}.": "{both}: dieselbe Stelle im Abstand von {s} s{how}.",
    " The second stood until {s} s before: a gap that was waited for.": (
        " Der zweite Beteiligte stand bis {s} s davor: eine Lücke, auf die gewartet wurde."
    ),
    "{both} came very close{how}.": "{both}: sehr nahe aneinander{how}.",
    "Same incident: ": "Selber Vorfall: ",
    ", {span} in": ", seit {span}",
    "{kinds}: evidence for {n}": "{kinds}: Belege für {n}",
    # exposure, findings
    "vehicles": "Fahrzeuge",
    "near misses": "Beinahe-Unfälle",
    "on foot": "zu Fuß",
    "no stopping": "Halteverbot",
    "box": "freizuhaltende Fläche",
    "carriageway": "Fahrbahn",
    "sidewalk": "Gehweg",
    "parking": "Parkfläche",
    "waiting": "Wartefläche",
    "region": "Bereich",
    "passing": "Passage",
    "passings": "Passagen",
    "road user": "Verkehrsteilnehmer",
    "road users": "Verkehrsteilnehmer",
    "vehicles and cyclists": "Fahrzeuge und Fahrräder",
    "{where} approach, {id}": "Zufahrt von {where}, {id}",
    "passings of {whom}": "Passagen ({whom})",
    "pedestrians": "Personen zu Fuß",
    "crosswalk": "Überweg",
    "lane": "Fahrstreifen",
    "stop line": "Haltlinie",
    # headline
    "straight on": "geradeaus",
    "turning left": "links abbiegend",
    "turning right": "rechts abbiegend",
    "turning back": "wendend",
    "by another movement": "auf anderem Weg",
    ", movement not known": ", Strom nicht bekannt",
    "{since} to {until} ({zone})": "{since} bis {until} ({zone})",
    "time to collision": "Zeit bis zum Zusammenstoß",
    "post-encroachment time": "Nachfolgezeit",
    "Period unknown": "Zeitraum unbekannt",
    "This is a recording that was replayed: nothing in it happened at the times named here.": (
        "Dies ist eine Aufzeichnung, die abgespielt wurde: nichts darin geschah zu den hier genannten Zeiten."
    ),
    (
        "This is a recording that was played {n} times over: nothing in it happened at the times named here, the "
        "same events count anew each time, and so the 95 % intervals and comparisons mean nothing."
    ): (
        "Dies ist eine Aufzeichnung, die {n}-mal abgespielt wurde: nichts darin geschah zu den hier genannten Zeiten, "
        "dieselben Ereignisse zählen jedes Mal von neuem, und so besagen die 95-%-Bereiche und Vergleiche nichts."
    ),
    "; {n} closer within the measurement's error": "; {n} näher innerhalb des Messfehlers",
    "none beyond the measurement's error": "keiner außerhalb des Messfehlers",
    "post-encroachment time alone": "allein Post-Encroachment-Zeit",
    "serious near miss": "schwerer Beinahe-Unfall",
    "of {n} near miss": "von {n} Beinahe-Unfall",
    "of {n} near misses": "von {n} Beinahe-Unfällen",
    "; {n} by a post-encroachment time above {limit} s alone": (
        "; {n} allein wegen einer Post-Encroachment-Zeit über {limit} s"
    ),
    " {n} road users were seen ({who})": " {n} Verkehrsteilnehmende wurden gesehen ({who})",
    (
        "; {n} of them at no stop line and no crosswalk: seen in part (they came from where the camera does "
        "not see, or their track broke off), or on their way elsewhere"
    ): (
        "; {n} davon an keiner Haltlinie und keinem Überweg: nur zum Teil gesehen (sie kamen von dort, wohin "
        "die Kamera nicht sieht, oder ihre Spur brach ab) oder anderswohin unterwegs"
    ),
    "{rate} per 1,000 {whom} ({interval})": "{rate} je 1.000 {whom} ({interval})",
    "nobody": "niemand",
    (" The busiest movement came from the {where}, {does}: {n} of {all} {whom} counted at the stop lines."): (
        " Der stärkste Strom kam aus {where}, {does}: {n} von {all} an den Haltlinien ({whom})."
    ),
    "violation": "Verstoß",
    "violations": "Verstöße",
    "in {span}, {who} passed a stop line or a crosswalk, each passing counted.": (
        "in {span} über Haltlinien und Überwege, jede Passage gezählt: {who}."
    ),
    "{who} passed a stop line or a crosswalk, each passing counted.": (
        "über Haltlinien und Überwege, jede Passage gezählt: {who}."
    ),
    "{who} used the junction; nobody was counted at a stop line or a crosswalk.": (
        "{who} nutzten die Kreuzung; an keiner Haltlinie und keinem Überweg wurde jemand gezählt."
    ),
    "in {span}": "in {span}",
    "only pedestrians were observed": "nur Personen zu Fuß wurden beobachtet",
    "near miss": "Beinahe-Unfall",
    "the closest call": "knappste Begegnung",
    "no near miss": "kein Beinahe-Unfall",
    # heat, incident, strip, plan
    "Events per m²": "Ereignisse je m²",
    " for {span}": " seit {span}",
    "Plan of the event with the positions each second, north up": (
        "Plan des Ereignisses mit den Orten zu jeder Sekunde, Norden oben"
    ),
    "speed, km/h": "Geschwindigkeit, km/h",
    "Distance and speed over the ten seconds around the event": (
        "Abstand und Geschwindigkeit über die zehn Sekunden um das Ereignis"
    ),
    "front to stop line": "Front bis Haltlinie",
    "to the crosswalk": "bis zum Überweg",
    "gap between A and B, m": "Abstand zwischen A und B, m",
    " (limit {kmh})": " (erlaubt {kmh})",
    "1 in {n} road users drawn": "1 von {n} Verkehrsteilnehmern gezeichnet",
    "every road user drawn": "alle Verkehrsteilnehmer gezeichnet",
    "Plan of {name}, north up": "Plan: {name}, Norden oben",
    "Near miss: {times}": "Beinahe-Unfall: {times}",
    "Signal states over time": "Signalzustände über die Zeit",
    # near misses
    (
        "A time of 0 s means that the footprints touched or overlapped as they were measured, at one instant "
        "(time to collision) or in passing the same spot (post-encroachment time). Positions and sizes are "
        "known within an error of some decimetres: it is contact or a passing closer than that error, not a "
        "collision that is proven."
    ): (
        "Eine Zeit von 0 s heißt, dass die Grundflächen sich so, wie sie gemessen wurden, berührten oder "
        "überschnitten, in einem Augenblick (Zeit bis zur Kollision) oder nacheinander an derselben Stelle "
        "(Post-Encroachment-Zeit). Orte und Größen sind auf einige Dezimeter genau bekannt: Es ist ein "
        "Kontakt oder eine Begegnung näher als dieser Fehler, keine erwiesene Kollision."
    ),
    "slight": "leicht",
    "moderate": "mittel",
    "serious": "schwer",
    "slight near misses": "leichte Beinahe-Unfälle",
    "moderate near misses": "mittlere Beinahe-Unfälle",
    "serious near misses": "schwere Beinahe-Unfälle",
    ": {rate} per 1,000 {whom} (95 % interval {interval}).": ": {rate} je 1.000 {whom} (95-%-Intervall {interval}).",
    "{n} more are in the table of conflicts.": "{n} weitere stehen in der Tabelle der Konflikte.",
    "Near misses, serious ones first": "Beinahe-Unfälle, schwere zuerst",
    "How they met": "Konfliktart",
    "Top, km/h": "Höchstgeschw., km/h",
    "Severity": "Schwere",
    "Time to collision": "Zeit bis zum Zusammenstoß",
    "Post-encroachment time": "Nachfolgezeit",
    "{measure} ({short}) of {n} near misses, by severity; dashed: the limit of {limit} s.": (
        "{measure} ({short}) von {n} Beinahe-Unfällen, nach Schwere; gestrichelt: die Grenze von {limit} s."
    ),
    "{measure} of near misses": "{measure} der Beinahe-Unfälle",
    "Median TTC, s": "TTC, Median, s",
    "Median PET, s": "PET, Median, s",
    "Near misses by who met": "Beinahe-Unfälle danach, wer sich begegnete",
    "Near misses by how they met": "Beinahe-Unfälle nach Konfliktart",
    (
        "A near miss can have both times, or one. Grades also weigh the speed of a collision and the confidence. "
        "The limits are those of FHWA's Surrogate Safety Assessment Model, 1.5 s and 5 s, unless the site sets "
        "its own; what is above them is no near miss and was not kept, so the histograms end there."
    ): (
        "Ein Beinahe-Unfall kann beide Zeiten haben oder eine. In die Stufe gehen auch die Geschwindigkeit eines "
        "Zusammenstoßes und die Konfidenz ein. Die Grenzen sind die des Surrogate Safety Assessment Model der "
        "FHWA, 1,5 s und 5 s, soweit die Kreuzung keine eigenen hat; was darüber liegt, ist kein Beinahe-Unfall "
        "und wurde nicht gespeichert, daher enden die Histogramme dort."
    ),
    # numbered
    "Table": "Tabelle",
    "Figure": "Abbildung",
    # obedience
    (
        "Early: on red, less than 5 s before the signal let people go. Late: while the crosswalk was being "
        "cleared. If nobody heeded the signal, the share on red would be near the share of time it is red. Who "
        "crosses together decides together, so the intervals are, if anything, too narrow. On red also holds who "
        "stepped on and did not cross there."
    ): (
        "Früh: bei Rot, weniger als 5 s vor der Freigabe. Spät: während der Räumzeit. Achtete niemand auf das "
        "Signal, läge der Anteil bei Rot nahe dem Zeitanteil von Rot. Wer gemeinsam quert, entscheidet "
        "gemeinsam, daher sind die Intervalle eher zu eng. Bei Rot zählt auch, wer den Überweg betrat und dort "
        "nicht querte."
    ),
    "Crossings at signals: rates with Garwood's, shares with Wilson's 95 % interval": (
        "Querungen an Signalen: Raten mit dem 95-%-Intervall von Garwood, Anteile mit dem von Wilson"
    ),
    (
        "{n} pedestrians were first seen on a crosswalk already: on which state they entered is not known, "
        "and no crossing on red is reported for them. The shares are too low by as many as those did."
    ): (
        "{n} Personen zu Fuß wurden erst auf einem Überweg gesehen: Bei welchem Signal sie ihn betraten, ist "
        "nicht bekannt, und für sie wird kein Rotlichtverstoß gemeldet. Die Anteile sind um so viele zu "
        "niedrig, wie es von ihnen taten."
    ),
    (
        "{n} pedestrian was first seen on a crosswalk already: on which state they entered is not known, and "
        "no crossing on red is reported for them. The shares are too low by as many as those did."
    ): (
        "{n} Person zu Fuß wurde erst auf einem Überweg gesehen: Bei welchem Signal sie ihn betrat, ist "
        "nicht bekannt, und für sie wird kein Rotlichtverstoß gemeldet. Die Anteile sind entsprechend zu "
        "niedrig."
    ),
    "Crosswalk": "Überweg",
    "Crossings": "Querungen",
    "Per hour": "Je Stunde",
    "On red": "Bei Rot",
    "Early": "Früh",
    "Late": "Spät",
    "Light red": "Rot gezeigt",
    "{share} of time": "{share} der Zeit",
    # provenance
    "conflicts": "Konflikte",
    "counts": "Zählungen",
    "tracks": "Spuren",
    "The programme over the first {span}: red tall, amber half, green thin.": (
        "Das Signalprogramm über die ersten {span}: Rot hoch, Gelb halb, Grün dünn."
    ),
    "Signals": "Signale",
    "Cycle, s": "Umlauf, s",
    "from–to": "von–bis",
    "Cycles seen": "Gesehene Umläufe",
    "Green, s": "Grün, s",
    "Amber, s": "Gelb, s",
    "Share of green": "Grünanteil",
    ("A near miss measures exposure to danger, it foretells no crash: no crash rate follows from this report alone."): (
        "Ein Beinahe-Unfall misst, wie sehr jemand einer Gefahr ausgesetzt war; er sagt keinen Unfall voraus: "
        "Aus diesem Bericht allein folgt keine Unfallrate."
    ),
    "Minutes or hours of one day are not a year. Weather, season and events are not corrected for.": (
        "Minuten oder Stunden eines Tages sind kein Jahr. Wetter, Jahreszeit und Veranstaltungen sind nicht "
        "herausgerechnet."
    ),
    "A road user hidden from the camera, or a track that breaks, may be missed or counted twice.": (
        "Wer vor der Kamera verdeckt ist oder wessen Spur abreißt, kann fehlen oder doppelt gezählt sein."
    ),
    ("The site's drawing decides what is a stop line, a lane or a crosswalk; when the street changes, so must it."): (
        "Der Lageplan bestimmt, was eine Haltlinie, ein Fahrstreifen oder ein Überweg ist; ändert sich die "
        "Straße, muss er sich mit ändern."
    ),
    (
        "Nobody is identified: no faces, no number plates, no appearance, no link to any register. The drawings "
        "are made from positions; no picture of anyone exists behind them."
    ): (
        "Niemand wird erkannt: keine Gesichter, keine Kennzeichen, kein Aussehen, keine Verbindung zu einem "
        "Register. Die Zeichnungen sind aus Orten gemacht; hinter ihnen steht kein Bild von jemandem."
    ),
    (
        "Nobody is followed: a track begins and ends at this junction and is matched with nothing anywhere "
        "else. Its id is the one that the tracks came with; Passerby's own camera makes random ones, anew in "
        "every run."
    ): (
        "Niemand wird verfolgt: Eine Spur beginnt und endet an dieser Kreuzung und wird mit nichts anderem "
        "irgendwo abgeglichen. Ihre Kennung ist die, mit der die Spuren kamen; die Kamera von Passerby "
        "selbst bildet zufällige, in jedem Lauf neu."
    ),
    "Nothing here is evidence against anyone. Events serve to improve signals, markings and sight lines.": (
        "Nichts hier ist ein Beweis gegen jemanden. Ereignisse dienen dazu, Signale, Markierungen und "
        "Sichtbeziehungen zu verbessern."
    ),
    "Signal timing (medians); signals that always show the same are one row": (
        "Signalzeiten (Mediane); Signale, die immer dasselbe zeigen, stehen in einer Zeile"
    ),
    "Tracks": "Spuren",
    (
        "Each road user's footprint on the ground over time, smoothed, with the uncertainty of position and "
        "speed. A stop line is crossed by the front of a vehicle, not by its centre."
    ): (
        "Die Grundfläche jedes Verkehrsteilnehmers über die Zeit, geglättet, mit der Unsicherheit von Ort und "
        "Geschwindigkeit. Eine Haltlinie überfährt die Front eines Fahrzeugs, nicht seine Mitte."
    ),
    "Violations": "Verstöße",
    (
        "Each rule compares tracks with the site's drawing and the signal log. A verdict within the error of "
        "position or clock is kept and given a lower confidence."
    ): (
        "Jede Regel vergleicht die Spuren mit dem Lageplan und dem Signalprotokoll. Ein Urteil innerhalb des "
        "Fehlers von Ort oder Uhr bleibt und erhält eine geringere Konfidenz."
    ),
    (
        "Time to collision: seconds until two footprints would touch if both kept their speed and heading. "
        "Reported at 1.5 s or less."
    ): (
        "Zeit bis zum Zusammenstoß: Sekunden, bis sich zwei Grundflächen berührten, behielten beide "
        "Geschwindigkeit und Richtung bei. Gemeldet ab 1,5 s abwärts."
    ),
    (
        "Post-encroachment time: seconds between one road user leaving a spot and the other reaching it. "
        "Reported at 5 s or less."
    ): (
        "Nachfolgezeit: Sekunden zwischen dem Verlassen einer Stelle durch den einen und ihrem Erreichen durch "
        "den anderen. Gemeldet ab 5 s abwärts."
    ),
    "Deceleration needed to avoid a crash. Above about 3.4 m/s² braking is harder than comfortable.": (
        "Verzögerung, die einen Zusammenstoß vermeidet. Über etwa 3,4 m/s² ist das Bremsen stärker als angenehm."
    ),
    "Change of speed the less lucky of the two would have had in a crash: how bad it could have been.": (
        "Geschwindigkeitsänderung, die der schlechter Gestellte bei einem Zusammenstoß erlitten hätte: wie "
        "schlimm es hätte werden können."
    ),
    "Rates": "Raten",
    (
        "Events per 1,000 road users, with Garwood's exact Poisson interval; shares with Wilson's. Both treat "
        "events as independent, which a queue running one red together is not."
    ): (
        "Ereignisse je 1.000 Verkehrsteilnehmer, mit dem exakten Poisson-Intervall von Garwood; Anteile mit dem "
        "von Wilson. Beide behandeln Ereignisse als unabhängig, was eine Kolonne, die gemeinsam bei Rot fährt, "
        "nicht ist."
    ),
    "Limits": "Grenzen",
    "References": "Quellen",
    (
        "Numbers below {k} are withheld, and others where they would give one away by subtraction. Times are "
        "given to the hour, places to 5 m."
    ): (
        "Zahlen unter {k} werden zurückgehalten, und andere, wo sie durch Abziehen eine verrieten. Zeiten sind "
        "auf die Stunde, Orte auf 5 m angegeben."
    ),
    (
        "This version shows single events and exact times. It is for the operator and the engineer; for "
        "publication there is a public version, in which small numbers are withheld."
    ): (
        "Diese Fassung zeigt einzelne Ereignisse und genaue Zeiten. Sie ist für Betreiber und Ingenieure; zur "
        "Veröffentlichung gibt es eine öffentliche Fassung, in der kleine Zahlen zurückgehalten werden."
    ),
    "{n} days": "{n} Tagen",
    "defaults": "Vorgaben",
    "Deleted after": "Gelöscht nach",
    "How long the data is kept": "Wie lange die Daten bleiben",
    "Rule": "Regel",
    "Thresholds set for this site": "Für diese Kreuzung gesetzte Schwellen",
    "Thresholds that differ from the defaults": "Schwellen, die von den Vorgaben abweichen",
    # public
    "{since} to {until} ({zone}), to the hour": "{since} bis {until} ({zone}), auf die Stunde",
    "{mark} withheld: fewer than {k}, or needed to protect such a number.": (
        "{mark} zurückgehalten: weniger als {k}, oder nötig, um eine solche Zahl zu schützen."
    ),
    "The numbers describe what happens at this junction and how often. They name and show no one.": (
        "Die Zahlen beschreiben, was an dieser Kreuzung geschieht und wie oft. Sie nennen und zeigen niemanden."
    ),
    (" Shading: road users per square of {cell} m, darker is more; squares with fewer than {k} are left blank."): (
        " Schattierung: Verkehrsteilnehmer je Quadrat von {cell} m, dunkler ist mehr; Quadrate mit weniger als "
        "{k} bleiben leer."
    ),
    "fewer than {k}": "weniger als {k}",
    " Less than a day was observed: that shows what happens here, not how often it does over a year.": (
        " Es wurde weniger als ein Tag beobachtet: Das zeigt, was hier geschieht, nicht, wie oft über ein Jahr."
    ),
    " The range in brackets is what chance leaves open: it holds the true rate in 95 of 100 such counts.": (
        " Der Bereich in Klammern ist, was der Zufall offen lässt: In 95 von 100 solchen Zählungen enthält er "
        "die wahre Rate."
    ),
    " of the day, all days together": " des Tages, alle Tage zusammen",
    "{whom} at the stop lines, by approach and movement": "{whom} an den Haltlinien nach Zufahrt und Strom",
    "{whom} at the stop lines, by class and hour{alike}": "{whom} an den Haltlinien nach Art und Stunde{alike}",
    "Hour": "Stunde",
    "On the crosswalks, by class": "Auf den Überwegen, nach Klasse",
    "Violations by kind and class": "Verstöße nach Art und Klasse",
    "Violations by place": "Verstöße nach Ort",
    "Near misses by who met whom and severity": "Beinahe-Unfälle danach, wer wem begegnete, und nach Schwere",
    "{what}: none.": "{what}: keine.",
    "withheld": "zurückgehalten",
    "Other": "Andere",
    "No violation was found in this period.": "In diesem Zeitraum wurde kein Verstoß gefunden.",
    "Elsewhere": "Anderswo",
    "No near miss was found in this period.": "In diesem Zeitraum wurde kein Beinahe-Unfall gefunden.",
    # quality
    "Rows read": "Gelesene Zeilen",
    "Rows dropped": "Ausgelassene Zeilen",
    "Gaps in tracks": "Lücken in Spuren",
    "Estimated clock offset, tracks against signals (s)": "Geschätzter Uhrenversatz, Spuren gegen Signale (s)",
    "Uncertainty of the clocks (s)": "Unsicherheit der Uhren (s)",
    "Share of the period covered": "Abgedeckter Anteil des Zeitraums",
    "Sampling rate (Hz)": "Abtastrate (Hz)",
    "Position noise (m)": "Ortsrauschen (m)",
    "{n} of {all} passings of stop lines ({share})": "{n} von {all} Passagen von Haltlinien ({share})",
    "median {median}, 95 % below {most}": "Median {median}, 95 % unter {most}",
    "{share} of the period": "{share} des Zeitraums",
    "Time with anybody counted, breaks below 1 h included": (
        "Zeit, in der jemand gezählt wurde, einschließlich Pausen unter 1 h"
    ),
    "Time with anybody in view, breaks below 1 h included": (
        "Zeit, in der jemand zu sehen war, einschließlich Pausen unter 1 h"
    ),
    "at no time": "zu keiner Zeit",
    "What": "Was",
    "Found": "Befund",
    "What the data is": "Was die Daten sind",
    "Period": "Zeitraum",
    "Length": "Länge",
    "Samples on the common clock (10 Hz)": "Abtastwerte auf dem gemeinsamen Takt (10 Hz)",
    "A track lasts (median)": "Dauer einer Spur (Median)",
    "Tracks lost and found again": "Verlorene und wiedergefundene Spuren",
    "{n}, {rate} in 100 tracks": "{n}, {rate} auf 100 Spuren",
    "Smoothness of positions within a track (not their error)": (
        "Glätte der Orte innerhalb einer Spur (nicht ihr Fehler)"
    ),
    "Smoothness of speeds within a track (not their error)": (
        "Glätte der Geschwindigkeiten innerhalb einer Spur (nicht ihr Fehler)"
    ),
    "Movement not known": "Fahrtrichtung unbekannt",
    "Uncertainty of the signal clock": "Unsicherheit der Signaluhr",
    "{share} of the time on average": "im Mittel {share} der Zeit",
    "Violations within the errors of clocks and positions (confidence below {limit})": (
        "Verstöße innerhalb der Fehler von Uhren und Orten (Konfidenz unter {limit})"
    ),
    "Near misses within the errors of positions (confidence below {limit})": (
        "Beinahe-Unfälle innerhalb der Fehler der Orte (Konfidenz unter {limit})"
    ),
    "Position error that near misses allow for (standard error of place and ends)": (
        "Ortsfehler, den Beinahe-Unfälle berücksichtigen (Standardfehler von Ort und Enden)"
    ),
    "{sigma} for each road user, as set for this site": (
        "{sigma} je Verkehrsteilnehmer, wie für diesen Ort festgelegt"
    ),
    (
        "{sigma} for each road user, a round figure for roadside cameras: a survey of standing vehicles "
        "shows the site's own"
    ): (
        "{sigma} je Verkehrsteilnehmer, ein runder Wert für Kameras am Straßenrand: eine Vermessung "
        "stehender Fahrzeuge zeigt den eigenen des Ortes"
    ),
    "{span} from {since}; {n} such in all (nobody came, or nobody looked: counts do not tell)": (
        "{span} ab {since}; {n} solche insgesamt (niemand kam, oder niemand sah hin: Zählungen verraten es nicht)"
    ),
    "{span} from {since}; {n} such in all (nobody came, or nobody looked: tracks do not tell)": (
        "{span} ab {since}; {n} solche insgesamt (niemand kam, oder niemand sah hin: Spuren verraten es nicht)"
    ),
    "not at hand: no map of movement, no drawing of single events": (
        "nicht vorhanden: keine Karte der Bewegungen, keine Zeichnung einzelner Ereignisse"
    ),
    "Pedestrians mostly faster than 3 m/s (runners, or riders misread)": (
        "Personen zu Fuß, meist schneller als 3 m/s (laufend, oder verkannte Fahrräder)"
    ),
    "Signal log": "Signalprotokoll",
    "not at hand for this page: no signal timing, no share of time on red": (
        "für diese Seite nicht vorhanden: keine Signalzeiten, kein Zeitanteil von Rot"
    ),
    "not given": "nicht angegeben",
    "Signal state unknown (nothing is judged then)": "Signalzustand unbekannt (dann wird nichts beurteilt)",
    "Longest time with nobody counted": "Längste Zeit, in der niemand gezählt wurde",
    "Longest time with nobody in view": "Längste Zeit, in der niemand zu sehen war",
    "yes": "ja",
    "no": "keine",
    "no|answer": "nein",
    # rates
    "Only pedestrians were observed, and near misses among themselves are not looked for.": (
        "Es wurden nur Personen zu Fuß beobachtet, und nach Beinahe-Unfällen untereinander wird nicht gesucht."
    ),
    (
        "A rate above 1,000 per 1,000 means more events than passings counted: one may be in several events, and "
        "some of those who were in them passed uncounted. It tells that this is frequent, not how frequent."
    ): (
        "Eine Rate über 1.000 je 1.000 bedeutet mehr Ereignisse als gezählte Passagen: Jemand kann an mehreren "
        "beteiligt sein, und manche der Beteiligten wurden nicht gezählt. Sie sagt, dass dies häufig ist, nicht, "
        "wie häufig."
    ),
    " in {span}": " in {span}",
    " among {n} {whom}": " ({n} {whom})",
    (" That does not mean none ever happens: with 95 % confidence the true rate is below {rate} per 1,000 {whom}."): (
        " Das heißt nicht, dass nie etwas geschieht: Mit 95 % Sicherheit liegt die wahre Rate unter {rate} je "
        "1.000 {whom}."
    ),
    "No violation was found": "Kein Verstoß gefunden",
    "No near miss was found": "Kein Beinahe-Unfall gefunden",
    "This recording therefore says nothing about near misses.": (
        "Diese Aufzeichnung sagt daher nichts über Beinahe-Unfälle."
    ),
    # report
    "Vehicles": "Fahrzeuge",
    "Cyclists": "Fahrräder",
    "Pedestrians": "Personen zu Fuß",
    "{name}: what happened at the junction": "{name}: was an der Kreuzung geschah",
    "Appendix: every violation, with its evidence": "Anhang: jeder Verstoß mit seinem Beleg",
    "Appendix: every violation": "Anhang: jeder Verstoß",
    " Of {n} near misses the serious ones are drawn.": " Von {n} Beinahe-Unfällen sind die schweren gezeichnet.",
    " Farther out than the plan reaches: {what}.": " Weiter draußen, als der Plan reicht: {what}.",
    " One road user in {n} is drawn.": " Einer von {n} Verkehrsteilnehmern ist gezeichnet.",
    " Each thin line is one road user.": " Jede dünne Linie ist ein Verkehrsteilnehmer.",
    (
        "Made by Passerby {version} from tracks and signal states. Nobody is identified; nothing here is "
        "evidence against anyone."
    ): (
        "Erstellt von Passerby {version} aus Spuren und Signalzuständen. Niemand wird erkannt; nichts hier ist "
        "ein Beweis gegen jemanden."
    ),
    " Symbols lead to the event.": " Symbole führen zum Ereignis.",
    "fewer": "weniger",
    "more different road users on a square metre, each shade twice the last": (
        "mehr verschiedene Verkehrsteilnehmer auf einem Quadratmeter, jede Stufe das Doppelte der vorigen"
    ),
    "Summary": "Zusammenfassung",
    "Contents": "Inhalt",
    "The junction": "Die Kreuzung",
    "Who used it": "Wer sie nutzte",
    "Quality of the data": "Qualität der Daten",
    "Method and limits": "Verfahren und Grenzen",
    "What this report does not do": "Was dieser Bericht nicht tut",
    "Near miss: slight, moderate, serious": "Beinahe-Unfall: leicht, mittel, schwer",
    "The junction from above, north up.": "Die Kreuzung von oben, Norden oben.",
    "Public version": "Öffentliche Fassung",
    ": up to {n} on the same square metre in the period": ": bis zu {n} auf demselben Quadratmeter im Zeitraum",
    "The worst places and movements": "Die schlimmsten Orte und Begegnungen",
    "Before and after": "Vorher und nachher",
    "Where people move and where they come close": "Wo sich Menschen bewegen und wo sie sich nahe kommen",
    # summary
    (
        "can the signal heads be seen in time, do amber and all-red times fit the speed of approach, and how "
        "long does one wait for green?"
    ): (
        "sind die Signalgeber rechtzeitig zu sehen, passen Gelb- und Räumzeiten zur Annäherungsgeschwindigkeit, "
        "und wie lange wartet man auf Grün?"
    ),
    "do the walk and clearance times suit the length of the crosswalk and those who use it?": (
        "passen Grün- und Räumzeit zur Länge des Überwegs und zu denen, die ihn nutzen?"
    ),
    "does a crossing lack where people want to cross, or is the wait at the nearest one long?": (
        "fehlt eine Querung, wo Menschen queren wollen, oder ist die Wartezeit an der nächsten lang?"
    ),
    "are signs and markings plain, what do people gain by it, and is the lane drawn as it runs?": (
        "sind Schilder und Markierungen eindeutig, was gewinnt man dadurch, und ist der Fahrstreifen richtig "
        "gezeichnet?"
    ),
    "how fast is traffic over a whole week, and what do lane widths and the course of the road invite?": (
        "wie schnell ist der Verkehr über eine ganze Woche, und wozu laden Fahrstreifenbreiten und Straßenverlauf ein?"
    ),
    "how far back does the queue ahead reach, and does the signal let in more than can leave?": (
        "wie weit reicht der Rückstau dahinter, und lässt das Signal mehr hinein, als abfließen kann?"
    ),
    "who stops there, how long and what for, and where else could they?": (
        "wer hält dort, wie lange und wozu, und wo ginge es sonst?"
    ),
    "does the line lie where the signal can be seen from, and is it worn?": (
        "liegt die Linie dort, wo das Signal zu sehen ist, und ist sie abgenutzt?"
    ),
    "are the signs seen in time, and where is the way people look for?": (
        "sind die Schilder rechtzeitig zu sehen, und wo ist der Weg, den man sucht?"
    ),
    "do drivers and people on foot see each other, and how fast is the turn?": (
        "sehen sich Fahrende und Gehende, und wie schnell wird abgebogen?"
    ),
    "are marking and separation plain, and what do people avoid by it?": (
        "sind Markierung und Trennung eindeutig, und was wird dadurch vermieden?"
    ),
    "; worst where these meet: {who} ({n}).": "; am schlimmsten, wo sich diese begegnen: {who} ({n}).",
    ": {rate} for every 1,000 {whom}, between {interval}": ": {rate} je 1.000 {whom}, zwischen {interval}",
    " of {n} violations": " von {n} Verstößen",
    ", {rate} for every 1,000 who passed there, between {interval}": (
        ", {rate} je 1.000, die dort vorbeikamen, zwischen {interval}"
    ),
    "Where most went wrong: ": "Wo am meisten schiefging: ",
    " (more than passings were counted: one may be in several, and some passed uncounted)": (
        " (mehr, als Passagen gezählt wurden: Jemand kann an mehreren beteiligt sein, und manche wurden nicht gezählt)"
    ),
    " and ": " und ",
    ("“Between” gives the range that chance leaves open: it holds the true rate in 95 of 100 such measurements."): (
        "„Zwischen“ gibt den Bereich an, den der Zufall offen lässt: In 95 von 100 solchen Messungen enthält er "
        "die wahre Rate."
    ),
    (
        "To show later that a measure halved something, some {n} events must have been seen before it, in a time "
        "as long as the one after."
    ): (
        "Um später zu zeigen, dass eine Maßnahme etwas halbiert hat, müssen vorher rund {n} Ereignisse gesehen "
        "worden sein, in einer ebenso langen Zeit wie nachher."
    ),
    "What was measured": "Was gemessen wurde",
    "What was found": "Was gefunden wurde",
    "How sure this is": "Wie sicher das ist",
    "What to do next": "Was als Nächstes zu tun ist",
    "; most often at {place} ({n}).": "; am häufigsten hier: {place} ({n}).",
    "No place stands out.": "Kein Ort fällt auf.",
    (
        "{span} were observed. That shows what goes wrong here; how often it does over a year, with its nights, "
        "weekends and weather, it cannot show."
    ): (
        "{span} wurden beobachtet. Das zeigt, was hier schiefgeht; wie oft über ein Jahr mit seinen Nächten, "
        "Wochenenden und seinem Wetter, kann es nicht zeigen."
    ),
    (
        "Within the errors of clocks and positions, so that they may be none (confidence below {limit}, "
        "marked ≈): {found}."
    ): (
        "Innerhalb der Fehler von Uhren und Orten, also vielleicht keine (Konfidenz unter {limit}, mit ≈ "
        "gekennzeichnet): {found}."
    ),
    "{n} of {whom}": "{n} ({whom} im Ganzen)",
    ", {n} in all": ", insgesamt {n}",
    (
        " {n} of them rest on a post-encroachment time above {limit} s alone, as one stream follows another "
        "at a signal."
    ): (
        " {n} davon beruhen allein auf einer Post-Encroachment-Zeit über {limit} s, wie wenn an einem Signal "
        "ein Strom dem anderen folgt."
    ),
    "The serious near misses: look at where they happen, on the spot, before anything is decided.": (
        "Die schweren Beinahe-Unfälle: vor Ort ansehen, wo sie geschehen, bevor etwas entschieden wird."
    ),
    "No verdict is within the errors of clocks and positions (confidence below {limit}).": (
        "Kein Urteil liegt innerhalb der Fehler von Uhren und Orten (Konfidenz unter {limit})."
    ),
    "How complete the data is: ": "Wie vollständig die Daten sind: ",
    "Find out why: do period, tracks and the site's drawing belong together, and did the camera see?": (
        "Klären, warum: Gehören Zeitraum, Spuren und Lageplan zusammen, und sah die Kamera etwas?"
    ),
    "The serious near misses: look at each on the spot with its drawing, before anything is decided.": (
        "Die schweren Beinahe-Unfälle: jeden mit seiner Zeichnung vor Ort ansehen, bevor etwas entschieden wird."
    ),
    "Before money is spent: observe a week or more, the same hours before as after.": (
        "Bevor Geld ausgegeben wird: eine Woche oder mehr beobachten, vorher und nachher dieselben Stunden."
    ),
    "Nobody was observed, so nothing can be said about how safe the junction is.": (
        "Es wurde niemand beobachtet, daher lässt sich nichts darüber sagen, wie sicher die Kreuzung ist."
    ),
    "Before and after: ": "Vorher und nachher: ",
    "quality of the data": "Qualität der Daten",
    " at {place}": " ({place})",
    # violations
    "Counted there": "Dort gezählt",
    "Violations by place; of those who could have done it and were counted there, with Wilson intervals": (
        "Verstöße nach Ort; Anteil an denen, die es hätten tun können und dort gezählt wurden, mit Wilson-Intervallen"
    ),
    "Per 1,000": "Je 1.000",
    "of": "von",
    "Violations by kind and class; rates with exact (Garwood) Poisson intervals": (
        "Verstöße nach Art und Klasse; Raten mit exakten Poisson-Intervallen (Garwood)"
    ),
    "of them ≈": "davon ≈",
    "Here: ": "Hier: ",
    "{limit} km/h + {tolerance} = above {threshold} km/h": "{limit} km/h + {tolerance} = über {threshold} km/h",
    (
        "≈: the errors of clocks and positions, as far as they are stated, could turn the verdict "
        "(confidence below {limit}). An offset of the clocks that was estimated and not applied comes on top "
        "of that: see the quality of the data."
    ): (
        "≈: Die Fehler von Uhren und Orten, soweit sie angegeben sind, könnten das Urteil umkehren "
        "(Konfidenz unter {limit}). Ein geschätzter und nicht angewandter Versatz der Uhren kommt hinzu: "
        "siehe Güte der Daten."
    ),
    (
        "Serious ones first, and of each severity those on collision course (with a TTC) before those that "
        "rest on post-encroachment time alone. PET alone does not tell whether anybody had to brake: who "
        "waits and goes closely behind the last one, gap acceptance, has a short one too. TTC and DRAC "
        "beside it tell; a dash means that at no instant the two would have touched had both gone on. ≈: the "
        "errors of positions could turn it (confidence below {limit})."
    ): (
        "Schwere zuerst, und je Schwere die auf Kollisionskurs (mit TTC) vor denen, die allein auf der "
        "Post-Encroachment-Zeit beruhen. Die PET allein verrät nicht, ob jemand bremsen musste: Wer wartet "
        "und dicht hinter dem Letzten fährt (Zeitlückenannahme), hat auch eine kurze. TTC und DRAC daneben "
        "verraten es; ein Strich heißt, dass sich die beiden in keinem Augenblick berührt hätten, wären sie "
        "weitergefahren. ≈: Die Fehler der Orte könnten es umkehren (Konfidenz unter {limit})."
    ),
    "; {span} of it observed, rounded up to quarters of an hour": (
        "; davon {span} beobachtet, auf Viertelstunden aufgerundet"
    ),
    # words
    "red": "Rot",
    "amber": "Gelb",
    "green": "Grün",
    "dark": "aus",
    "walk": "Grün",
    "red and amber": "Rot und Gelb",
    "flashing amber": "Gelbblinken",
    "flashing red": "Rotblinken",
    "don't walk": "Rot",
    "clearing": "Räumen",
    "crossing paths": "kreuzende Wege",
    "one behind the other": "hintereinander",
    "at an acute angle": "in spitzem Winkel",
    "head on": "frontal",
    "a pedestrian": "eine Person zu Fuß",
    "a cyclist": "ein Fahrrad",
    "a motorcycle": "ein Motorrad",
    "a car": "ein Pkw",
    "a van": "ein Transporter",
    "a truck": "ein Lkw",
    "a bus": "ein Bus",
    "a tram": "eine Straßenbahn",
    "another road user": "jemand anders",
    "north": "Norden",
    "north-east": "Nordosten",
    "east": "Osten",
    "south-east": "Südosten",
    "south": "Süden",
    "south-west": "Südwesten",
    "west": "Westen",
    "north-west": "Nordwesten",
    "red light violation": "Rotlichtverstoß",
    "red light violations": "Rotlichtverstöße",
    "crossing on red": "Queren bei Rot",
    "crossings on red": "Querungen bei Rot",
    "Crossed the stop line, or stepped onto the crosswalk, on red.": (
        "Bei Rot über die Haltlinie gefahren oder auf den Überweg getreten."
    ),
    "late start": "später Start",
    "late starts": "späte Starts",
    "Stepped onto the crosswalk while it was being cleared.": "Während der Räumzeit auf den Überweg getreten.",
    "crossing away from a crosswalk": "Querung abseits eines Überwegs",
    "crossings away from a crosswalk": "Querungen abseits eines Überwegs",
    "Crossed the carriageway on foot where there is no crosswalk.": (
        "Zu Fuß über die Fahrbahn gegangen, wo kein Überweg ist."
    ),
    "wrong-way run": "Fahrt in falscher Richtung",
    "wrong-way runs": "Fahrten in falscher Richtung",
    "Travelled against the direction of a lane.": "Entgegen der Richtung eines Fahrstreifens gefahren.",
    "case of speeding": "Geschwindigkeitsüberschreitung",
    "cases of speeding": "Geschwindigkeitsüberschreitungen",
    "Faster than the limit plus tolerance for at least a second.": (
        "Mindestens eine Sekunde lang schneller als erlaubt zuzüglich Toleranz."
    ),
    "stop on a crosswalk": "Halt auf einem Überweg",
    "stops on a crosswalk": "Halte auf einem Überweg",
    "A vehicle stood on a crosswalk.": "Ein Fahrzeug stand auf einem Überweg.",
    "blocked box": "blockierte Kreuzungsfläche",
    "blocked boxes": "blockierte Kreuzungsflächen",
    "A vehicle stood in a box junction.": "Ein Fahrzeug stand auf einer freizuhaltenden Kreuzungsfläche.",
    "illegal stop": "unzulässiger Halt",
    "illegal stops": "unzulässige Halte",
    "A vehicle stood where stopping is not allowed.": "Ein Fahrzeug stand, wo Halten verboten ist.",
    "stop line overrun": "überfahrene Haltlinie",
    "stop line overruns": "überfahrene Haltlinien",
    "A vehicle came to rest beyond the stop line on red.": (
        "Ein Fahrzeug kam bei Rot hinter der Haltlinie zum Stehen."
    ),
    "prohibited turn": "verbotenes Abbiegen",
    "prohibited turns": "verbotene Abbiegevorgänge",
    "Left the junction by a movement not allowed there.": "Die Kreuzung in einer dort verbotenen Richtung verlassen.",
    "failure to yield": "Vorrangverletzung",
    "failures to yield": "Vorrangverletzungen",
    "Drove through a crosswalk close to a pedestrian who had priority.": (
        "Nahe an einer Person zu Fuß mit Vorrang über einen Überweg gefahren."
    ),
    "case of lane misuse": "falsche Fahrstreifennutzung",
    "cases of lane misuse": "falsche Fahrstreifennutzungen",
    "Used a bus lane, cycle lane or sidewalk not meant for it.": (
        "Einen Bus- oder Radfahrstreifen oder Gehweg genutzt, der nicht dafür bestimmt ist."
    ),
    "pedestrian": "Person zu Fuß",
    "cyclist": "Fahrrad",
    "cyclists": "Fahrräder",
    "motorcycle": "Motorrad",
    "motorcycles": "Motorräder",
    "car": "Pkw",
    "cars": "Pkw",
    "van": "Transporter",
    "vans": "Transporter",
    "truck": "Lkw",
    "trucks": "Lkw",
    "bus": "Bus",
    "buses": "Busse",
    "tram": "Straßenbahn",
    "trams": "Straßenbahnen",
    "other road user": "sonstiger Verkehrsteilnehmer",
    "other road users": "sonstige Verkehrsteilnehmer",
    "two {whom}": "zwei {whom}",
    # worst
    "Inside the junction": "In der Kreuzung",
    "of them serious": "davon schwere",
    "Passings": "Passagen",
    (
        "Places and hours are ranked by the lower end of the rate's 95 % interval (Garwood): few passings must "
        "show more to rank high. A near miss of somebody on foot or a bicycle belongs to the crosswalk within 4 "
        "m, others to the stop line within 8 m; those inside the junction are among all who passed a stop line. "
        "At a crosswalk, what people crossing do is among those who crossed, what vehicles do among the vehicles "
        "over the stop lines that lead over it and by the movements that leave over it, near misses among both. "
        "No rate is given where the site does not tell who passes, or fewer were counted than there were events."
    ): (
        "Orte und Stunden sind nach dem unteren Ende des 95-%-Intervalls der Rate (Garwood) gereiht: Wo wenige "
        "vorbeikommen, muss mehr geschehen, um oben zu stehen. Ein Beinahe-Unfall mit jemandem zu Fuß oder auf "
        "dem Fahrrad gehört zum Überweg innerhalb von 4 m, andere zur Haltlinie innerhalb von 8 m; die in der "
        "Kreuzung sind auf alle bezogen, die eine Haltlinie passierten. An einem Überweg ist, was Querende tun, "
        "auf die bezogen, die querten, was Fahrzeuge tun, auf die Fahrzeuge über die Haltlinien, die darüber "
        "führen, und die Ströme, die darüber abfließen, Beinahe-Unfälle auf beide. Keine Rate steht, wo der "
        "Lageplan nicht sagt, wer vorbeikommt, oder weniger gezählt wurden, als es Ereignisse gab."
    ),
    "Movements": "Begegnung",
    "Per hour (95 %)": "Je Stunde (95 %)",
    "walking {where}": "nach {where}",
    "The worst places": "Die schlimmsten Orte",
    "The movements that meet worst": "Die schlimmsten Begegnungen",
    "from the {where}": "von {where}",
    "The worst hours of the day": "Die schlimmsten Stunden des Tages",
    "{n} more pairs are not listed.": "{n} weitere Paare sind nicht aufgeführt.",
    "{n} more are not listed.": "{n} weitere sind nicht aufgeführt.",
    # sheets of the wall
    "Monday": "Montag",
    "Tuesday": "Dienstag",
    "Wednesday": "Mittwoch",
    "Thursday": "Donnerstag",
    "Friday": "Freitag",
    "Saturday": "Samstag",
    "Sunday": "Sonntag",
    "site": "Kreuzung",
    "timezone": "Zeitzone",
    "period": "Zeitraum",
    "made": "erstellt",
    "Where it happens: {what}": "Wo es geschieht: {what}",
    "The worst hours": "Die schlimmsten Stunden",
    "Traffic counts": "Verkehrszählung",
    "Braking needed": "Nötige Bremsung",
    "Highest speed": "Höchste Geschwindigkeit",
    "Speed change in a collision": "Geschwindigkeitsänderung bei einem Zusammenstoß",
    "Speed": "Geschwindigkeit",
    "Into the signal's state": "Seit Beginn des Signalzustands",
    "Lasted": "Dauer",
    "Event {id}.": "Ereignis {id}.",
    "violations and conflicts": "Verstöße und Konflikte",
    "Ranked by the lower end of the rate's 95 % interval (Garwood): few passings must show more to rank high.": (
        "Gereiht nach dem unteren Ende des 95-%-Intervalls der Rate (Garwood): Wo wenige vorbeikommen, muss mehr "
        "geschehen, um oben zu stehen."
    ),
    "Movement": "Fahrtrichtung",
    "nothing is kept": "nichts ist gespeichert",
    "Events": "Ereignisse",
    "Most in a square metre": "Meiste auf einem Quadratmeter",
    "Map of {what}": "Karte: {what}",
    "Turning movements, by class": "Knotenströme nach Klasse",
    "Plan of the event": "Plan des Ereignisses",
    "Signal, distance and speed over time": "Signal, Abstand und Geschwindigkeit über die Zeit",
    "What the shades mean, in events per square metre": (
        "Was die Schattierungen bedeuten, in Ereignissen je Quadratmeter"
    ),
    "Road users per {n} minutes": "Verkehrsteilnehmer je {n} Minuten",
    "from {t}": "von {t}",
    "to {t}": "bis {t}",
    (
        "For the operator's own screen: neither rounded nor withheld. Not for publication, and no evidence "
        "against anyone."
    ): (
        "Für den eigenen Bildschirm des Betreibers: weder gerundet noch zurückgehalten. Nicht zur "
        "Veröffentlichung, und kein Beweis gegen jemanden."
    ),
}
