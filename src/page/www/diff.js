// Two texts side by side, line by line: what both have stands beside each other, what one has alone is marked.

/** Pairs of `[left, right]`; a line that only one side has stands beside `null`. */
export function sideBySide(left, right) {
  const [one, other] = [left.split('\n'), right.split('\n')];
  if (one.at(-1) === '') one.pop();
  if (other.at(-1) === '') other.pop();
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < one.length - head && tail < other.length - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const same = (lines) => lines.map((line) => [line, line]);
  const middle = changed(one.slice(head, one.length - tail), other.slice(head, other.length - tail));
  return [...same(one.slice(0, head)), ...middle, ...same(one.slice(one.length - tail))];
}

/** By the longest common subsequence. Of texts that differ beyond reason, all is said to differ. */
function changed(one, other) {
  if (one.length * other.length > 4e6) return pair(one, other);
  const width = other.length + 1;
  const best = new Uint32Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      best[i * width + j] =
        one[i] === other[j]
          ? best[(i + 1) * width + j + 1] + 1
          : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  }
  const pairs = [];
  let [i, j, gone, come] = [0, 0, [], []];
  const flush = () => {
    pairs.push(...pair(gone, come));
    [gone, come] = [[], []];
  };
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      flush();
      pairs.push([one[i++], other[j++]]);
    } else if (j >= other.length || (i < one.length && best[(i + 1) * width + j] >= best[i * width + j + 1]))
      gone.push(one[i++]);
    else come.push(other[j++]);
  }
  flush();
  return pairs;
}

function pair(gone, come) {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, place) => [
    gone[place] ?? null,
    come[place] ?? null,
  ]);
}

/** Where two lines differ: what both begin and end with is left out. */
export function difference(one, other) {
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < one.length - head && tail < other.length - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return [head, tail];
}
