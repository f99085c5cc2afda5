// What the pages know of the API, made from its contract: types for the compiler, and the fields of every operation for forms.

import openapi, { astToString } from 'openapi-typescript';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';

const source = existsSync('openapi.yaml') ? 'openapi.yaml' : '../api/openapi.yaml';
const folder = 'src/admin/contract';
const contract = parse(await readFile(source, 'utf8'));

function field(name, place, required, help, schema) {
  const out = { name, in: place, required, help, type: schema.type };
  if (schema.enum) out.words = schema.enum;
  if (schema.format === 'password') out.secret = true;
  for (const bound of ['minimum', 'maximum', 'minLength', 'maxLength'])
    if (schema[bound] !== undefined) out[bound] = schema[bound];
  return out;
}

const operations = {};
for (const [path, verbs] of Object.entries(contract.paths))
  for (const [verb, said] of Object.entries(verbs)) {
    const fields = (said.parameters ?? [])
      .filter((each) => !each.$ref)
      .map((each) => field(each.name, each.in, each.required, each.description, each.schema));
    const body = said.requestBody?.content['application/json'].schema;
    for (const [name, schema] of Object.entries(body?.properties ?? {}))
      fields.push(field(name, 'body', (body.required ?? []).includes(name), schema.description ?? '', schema));
    operations[said.operationId] = {
      verb: verb.toUpperCase(),
      path,
      summary: said.summary,
      permission: said['x-permission'] ?? '',
      changes: said['x-changes'] ?? false,
      fields,
    };
  }

await mkdir(folder, { recursive: true });
await writeFile(`${folder}/operations.json`, JSON.stringify(operations, null, 1));
await writeFile(`${folder}/types.d.ts`, astToString(await openapi(contract)));
