import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsJsonSchema } from './jsonSchema';

writeFileSync(join(__dirname, '..', 'dcs.config.schema.json'), settingsJsonSchema());
