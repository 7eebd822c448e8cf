/** What went wrong, and how the same is seen at a terminal. */
export function Problem({ text, instead }: { readonly text: string; readonly instead: string }) {
  return (
    <p role="alert" class="alert">
      {text} <span class="quiet">The same at a terminal:</span> <code>{instead}</code>
    </p>
  );
}
