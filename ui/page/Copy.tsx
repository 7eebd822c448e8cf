/// <reference lib="dom" />
import { useState } from 'preact/hooks';

/** Copies exactly what is shown. */
export function Copy({ text, name = 'Copy' }: { readonly text: string; readonly name?: string }) {
  const [said, setSaid] = useState('');
  const copy = () => {
    // Without a secure context, or where the browser's settings refuse it, there is no clipboard.
    Promise.resolve()
      .then(() => navigator.clipboard.writeText(text))
      .then(
        () => setSaid('Copied'),
        () => setSaid('The browser refuses; select it by hand'),
      );
  };
  return (
    <span class="copy">
      <button class="main" onClick={copy}>
        {name}
      </button>
      <span role="status">{said}</span>
    </span>
  );
}

/** A command as it will be copied. */
export function Command({ text, name, id }: { readonly text: string; readonly name?: string; readonly id?: string }) {
  return (
    <div class="command">
      <code id={id}>{text}</code>
      <Copy text={text} name={name} />
    </div>
  );
}
