/** `watchpost zones`: the named parts of a device's view that rules speak of. */
import type { Command } from 'commander';
import type { Zones, ZonesBody } from '../../api/shapes/zones.ts';
import type { Anchor } from '../../contracts/zone.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { readDocument } from '../read-document.ts';
import { printable, table } from '../table.ts';

export function addZones(program: Command, context: Context): void {
  const zones = program.command('zones').description('zones and masks: named parts of the view of a device');

  withApiOptions(zones.command('put').argument('<deviceId>', 'the device').argument('<file>', 'YAML or JSON with `zones:`; - is standard input'))
    .description('replace all zones of a device')
    .action((deviceId: string, file: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const { zones: drawn } = await readDocument(file, context);
      if (!Array.isArray(drawn)) throw usageError(`${file} has no list of zones`, 'Begin with `zones:` and a list below it.');
      const saved = await client.putZones(deviceId, drawn as ZonesBody['zones']);
      answer(context, saved, () => [...listed(saved), ...saved.warnings.map(({ code, message }) => `warning ${code}: ${printable(message)}`)]);
    }));

  withApiOptions(zones.command('show').argument('<deviceId>', 'the device'))
    .description('the zones of a device')
    .action((deviceId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const found = await client.zones(deviceId);
      answer(context, found, () => listed(found));
    }));
}

const listed = ({ deviceId, zones }: Pick<Zones, 'deviceId' | 'zones'>): string[] => (zones.length === 0 ? [`Device ${deviceId} has no zones.`] : table(
  zones.map(({ name, kind, polygon, anchor, classes }) => [name, kind, anchorText(anchor), classes === null ? 'any' : classes.join(', '), polygon.map(([x, y]) => `${x},${y}`).join(' ')]),
  ['zone', 'kind', 'inside by', 'classes', 'corners']));

const anchorText = (anchor: Anchor): string => (typeof anchor === 'string' ? anchor : `overlap ${Math.round(anchor.overlap * 100)} %`);
