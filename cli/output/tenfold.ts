/** Counts, and tells the count at first and whenever it has become ten times as large: for what may come a million times. */
export function tenfold(tell: (count: number) => void): (more?: number) => void {
  let [count, dueAt] = [0, 1];
  return (more = 1) => {
    count += more;
    if (count < dueAt) return;
    dueAt = count * 10;
    tell(count);
  };
}
