/**
 * The same function, which keeps the answers to the first texts that it is asked. For texts that repeat: an answer that is
 * one string, and not a new one each time, is cheap to take as a name.
 *
 * @param most answers that are kept, whatever comes
 */
export function remembered(answerTo: (text: string) => string, most = 200): (text: string) => string {
  const answers = new Map<string, string>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = answerTo(text);
    if (answers.size < most) answers.set(text, answer);
    return answer;
  };
}
