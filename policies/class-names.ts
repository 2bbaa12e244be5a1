/**
 * One name per class of object. Models and people write the same thing differently ("motorbike" in one label list,
 * "motorcycle" in another, "Motorbikes" in a rule), so rules and detections both pass through `canonicalClass` and meet.
 *
 * Only names of one and the same thing stand here. "woman" for "person" would make a rule alert on men too, and is no alias.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  person: ['persons', 'people', 'human', 'humans', 'pedestrian', 'pedestrians'],
  bicycle: ['bicycles', 'bike', 'bikes', 'push bike'],
  car: ['cars', 'automobile', 'automobiles'],
  motorcycle: ['motorcycles', 'motorbike', 'motorbikes', 'motor bike', 'motor cycle'],
  airplane: ['airplanes', 'aeroplane', 'aeroplanes'],
  bus: ['buses'],
  train: ['trains'],
  truck: ['trucks', 'lorry', 'lorries'],
  boat: ['boats'],
  bird: ['birds'],
  cat: ['cats'],
  dog: ['dogs'],
  horse: ['horses'],
  cow: ['cows'],
  elephant: ['elephants'],
  bear: ['bears'],
  raccoon: ['raccoons', 'racoon', 'racoons'],
  backpack: ['backpacks', 'rucksack', 'rucksacks'],
  suitcase: ['suitcases'],
  knife: ['knives'],
  couch: ['couches', 'sofa', 'sofas'],
  'potted plant': ['potted plants', 'pottedplant'],
  'dining table': ['dining tables', 'diningtable'],
  tv: ['tvs', 'television', 'televisions', 'tv monitor', 'tvmonitor'],
  'cell phone': ['cell phones', 'cellphone', 'cellphones', 'mobile phone', 'mobile phones'],
  refrigerator: ['refrigerators', 'fridge', 'fridges'],
  donut: ['donuts', 'doughnut', 'doughnuts'],
  'hair drier': ['hair dryer', 'hairdryer', 'hairdrier'],
};

const canonicalOf: ReadonlyMap<string, string> = new Map(
  Object.entries(ALIASES).flatMap(([canonical, aliases]) => aliases.map((alias): [string, string] => [alias, canonical])),
);

/** Lower case, single spaces, one Unicode form, aliases resolved. Applying it twice changes nothing. */
export function canonicalClass(name: string): string {
  const plain = name.normalize('NFC').toLowerCase().normalize('NFC').replace(/[\s_]+/g, ' ').trim();
  return canonicalOf.get(plain) ?? plain;
}
