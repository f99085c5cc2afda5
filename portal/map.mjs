// The world as shapes for an SVG, one a country, and the codes of all countries: of Natural Earth by way of world-atlas.

import { geoEqualEarth, geoPath } from 'd3-geo';
import countries from 'i18n-iso-countries';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';

const width = 960;
const height = 440;
const folder = 'src/admin/contract';
const atlas = JSON.parse(await readFile(createRequire(import.meta.url).resolve('world-atlas/countries-110m.json'), 'utf8'));
const { features } = feature(atlas, atlas.objects.countries);
// Nobody telephones from Antarctica, which would take a fifth of the height.
const lived = features.filter(({ id }) => id !== '010');
const projection = geoEqualEarth().fitSize([width, height], { type: 'FeatureCollection', features: lived });
const path = geoPath(projection).digits(0);

const shapes = lived.flatMap((country) => {
  const code = country.id && countries.numericToAlpha2(country.id);
  return code ? [[code, path(country)]] : [];
});
const codes = Object.keys(countries.getAlpha2Codes()).sort();
await mkdir(folder, { recursive: true });
await writeFile(`${folder}/world.json`, JSON.stringify({ width, height, shapes, codes }));
