/** TwiML read as strictly as Twilio reads it: well-formed, and nothing in it but the verbs and attributes that we know. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface Verb {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text of it and of what is in it. */
  readonly text: string;
  readonly children: readonly Verb[];
}

/** What each verb may carry, of what Twilio knows (https://www.twilio.com/docs/voice/twiml, .../messaging/twiml). */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  Response: [], Say: ['voice', 'language', 'loop'], prosody: ['rate', 'volume', 'pitch'], Pause: ['length'],
  Gather: ['numDigits', 'timeout', 'action', 'method', 'finishOnKey', 'actionOnEmptyResult', 'input'], Hangup: [], Redirect: ['method'], Message: [],
};

/** Twilio takes no longer ones in a request. */
const LIMIT = 4_000;
const NOT_XML = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** fast-xml-parser comes with Prism. */
const parser = new XMLParser({
  preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', parseTagValue: false, parseAttributeValue: false, trimValues: false,
});

/** The verbs of the response, in order. Throws for what Twilio would end the call for with "an application error has occurred". */
export function readTwiml(xml: string): readonly Verb[] {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`TwiML is not well-formed: ${valid.err.msg} in ${xml}`);
  if (NOT_XML.test(xml)) throw new Error('TwiML holds a character that XML does not know');
  if (xml.length > LIMIT) throw new Error(`TwiML of ${xml.length} characters`);
  const [root, ...others] = (parser.parse(xml) as Node[]).filter((node) => !('?xml' in node)).map(verbOf);
  if (root?.name !== 'Response' || others.length > 0) throw new Error(`TwiML is one Response, not ${xml}`);
  return root.children;
}

type Node = Readonly<Record<string, unknown>>;

function verbOf(node: Node): Verb {
  const [name = ''] = Object.keys(node).filter((key) => key !== ':@');
  const attributes = (node[':@'] ?? {}) as Record<string, string>;
  const known = KNOWN[name];
  if (known === undefined) throw new Error(`TwiML knows no verb ${name} here`);
  const strange = Object.keys(attributes).filter((attribute) => !known.includes(attribute));
  if (strange.length > 0) throw new Error(`TwiML knows no ${strange.join(', ')} of ${name}`);
  const inside = node[name] as Node[];
  const children = inside.filter((child) => !('#text' in child)).map(verbOf);
  const text = inside.map((child) => ('#text' in child ? String(child['#text']) : verbOf(child).text)).join('');
  return { name, attributes, text, children };
}
