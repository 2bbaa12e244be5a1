/** What is said before the sentence of an incident, so that nobody takes the second message for the first one come twice. Pure. */
import type { IncidentTelling } from '../../contracts/delivery.ts';

const WORDS: Readonly<Record<IncidentTelling, string>> = {
  opened: '',
  repeated: 'Still open: ',
  escalated: 'Nobody has answered: ',
  rose: 'Worse now: ',
  reopened: 'Again: ',
  taken: 'Taken charge of: ',
  over: 'Over: ',
};

/** With its colon and space, ready to stand before the sentence; empty for the first message. */
export const tellingWords = (telling: IncidentTelling): string => WORDS[telling];
