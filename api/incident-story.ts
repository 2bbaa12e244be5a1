/** An incident with its story, as callers get it. */
import { getIncident } from '../adapters/postgres/incident-list.ts';
import { readStory } from '../adapters/postgres/incident-story.ts';
import type { StoryFact } from '../adapters/postgres/incident-story.ts';
import type { Queryable } from '../adapters/postgres/pool.ts';
import { LABELS } from '../contracts/response.ts';
import type { IncidentStory, StoryEntry } from './shapes/story.ts';
import { sentenceOf } from './story-words.ts';

/** Throws `incident_unknown`, also for an incident of another user than `owner`. */
export async function tellIncident(db: Queryable, incidentId: string, owner: string | null): Promise<IncidentStory> {
  const incident = await getIncident(db, incidentId, owner);
  const story = await readStory(db, incidentId);
  const { facts, left, ...subject } = story;
  return { ...incident, ...subject, story: facts.map((fact) => entryOf(fact, sentenceOf(fact, story, incident))), storyLeft: left };
}

function entryOf(fact: StoryFact, text: string): StoryEntry {
  if (fact.kind === 'event') return { ...fact.detail, at: fact.at, kind: fact.event, text };
  if (fact.kind === 'response') return { ...fact, kind: LABELS.some((label) => label === fact.response) ? 'label' : 'response', text };
  return { ...fact, text };
}
