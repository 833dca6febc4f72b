/** Longer than anything that is asked for; what is longer still is not kept. */
const longest = 1_000;

export interface TextReader {
  begin(): void;
  open(name: string): void;
  text(text: string): void;
  close(name: string): void;
  /** All since `begin`; undefined when it is too long to be anything. */
  take(): string | undefined;
}

/** Gathers the plain text of a rich one: every `t` but those of readings (`rPh`), which are set above East Asian names. */
export function createTextReader(): TextReader {
  let [gathered, inText, inReading, isTooLong] = ['', false, false, false];
  return {
    begin() {
      [gathered, inText, inReading, isTooLong] = ['', false, false, false];
    },
    open(name) {
      if (name === 't') inText = true;
      else if (name === 'rPh') inReading = true;
    },
    text(text) {
      if (!inText || inReading) return;
      if (gathered.length + text.length > longest) isTooLong = true;
      else gathered += text;
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'rPh') inReading = false;
    },
    take: () => (isTooLong ? undefined : gathered),
  };
}
