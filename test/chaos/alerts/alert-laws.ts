/** What must hold when a run is over: one row per law, as a sentence, with a look into the books that finds every breach of it. Pure. */
import type { Books } from './books.ts';
import { budgetKept, endedWell, heldBackTold, nothingRuns, storyComplete } from './laws-of-the-ledger.ts';
import { everyMessageArrived, nothingTwice, programsEndWell, programsToldInOrder } from './laws-of-the-peers.ts';
import { answerStops, chainInOrder, firstLevelReached } from './laws-of-telling.ts';

export interface AlertLaw {
  readonly law: string;
  /** One line per breach. */
  breaches(books: Books): string[];
}

export const ALERT_LAWS: readonly AlertLaw[] = [
  { law: 'every visit became one incident, and every contact of its first level was reached, or told of it later where it was held back', breaches: firstLevelReached },
  { law: 'whoever was to be told was told, and nobody was told what the ledger does not know', breaches: everyMessageArrived },
  { law: 'nobody was told the same thing twice, but for the tries that the ledger counts as uncertain', breaches: nothingTwice },
  { law: 'once somebody had answered nobody further was asked, until it got worse or began again', breaches: answerStops },
  { law: 'what nobody answered went through its whole chain, in order', breaches: chainInOrder },
  { law: 'every incident is closed and has nothing due', breaches: endedWell },
  { law: 'the story of every incident is in order and tells of every message', breaches: storyComplete },
  { law: 'programs were told in order', breaches: programsToldInOrder },
  { law: 'the last word to every program is that it is over', breaches: programsEndWell },
  { law: 'no user was told of more than the budget of the hour', breaches: budgetKept },
  { law: 'what was held back is told in one digest', breaches: heldBackTold },
  { law: 'no workflow of an incident or a digest runs on', breaches: nothingRuns },
  { law: 'no secret stands in a history, a log or a table', breaches: ({ leaks }) => [...leaks] },
];
