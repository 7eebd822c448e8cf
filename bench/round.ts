import { HANDLERS, measure } from './capture';

// One measured process. Arguments: the handler's name and the sink's endpoint.
const [name = '', endpoint = ''] = process.argv.slice(2);
const handler = HANDLERS[name];
if (handler === undefined) throw new Error(`No handler "${name}". There are: ${Object.keys(HANDLERS).join(', ')}.`);
void measure(handler(endpoint)).then((measured) => {
  process.send?.(measured, () => process.exit());
});
