/** What each number means. */
export function Help() {
  const words: readonly (readonly [string, string])[] = [
    ['Recovery point', 'What the copy certainly holds, by its heartbeat. What was written later may not have arrived.'],
    [
      'Restorable',
      'To any moment from when capture began, or as far back as lifecycle keeps what was replaced, up to the recovery point. What is told as not recorded is missing from it.',
    ],
    [
      'Newest replica',
      'When the newest image among those that were listed was stored. A table at rest has an old one.',
    ],
    ['Last verify, last drill', 'What the newest report in the bucket says. Never is a value.'],
    [
      'Changes, items',
      'Changes count images; items count keys. A bar is the changes within its length, which is written below the chart.',
    ],
    [
      'Window',
      'From its start up to, and without, its end. The command names whole seconds: what happened within the second of --from stays, and what happened within that of --to is undone. Its start is a second earlier than the window’s, since images are stored about a second after the change.',
    ],
    [
      'Unusual',
      'A guess: minutes with 10 changes and more, and 8 times the usual minute. Those with the most deletes come first. None is chosen for you.',
    ],
    [
      'Not recorded',
      'A time in which the stream was off, by the streams that images name; or changes that capture gave up and parked. Both are told from what can be looked at; dcs verify --history proves each item.',
    ],
    [
      'What changed',
      'Items that differ between the two ends. What was changed and changed back within the window is not among them.',
    ],
  ];
  return (
    <details class="help">
      <summary>What the numbers mean</summary>
      <dl>
        {words.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
