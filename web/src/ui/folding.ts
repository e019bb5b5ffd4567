/** Text as it is searched: whatever the case, the accents and the form in which it was typed. As `domain/folding.py` has it for
 * what the server searches; `tests/vectors/folding.json` holds both sides to the same. */

/** Accents and their like. Marks of other scripts stay: without those of Hindi or Japanese another word would be left. */
const MARKS = /[\u0300-\u036f]/g
/** Small letters that a capital stands for beside its own. */
const SMALL: Record<string, string> = { ß: 'ss', ς: 'σ', '\u0345': 'ι' }
const OTHER_SMALL = /ß|ς|\u0345/g
const ASCII = /^[\0-\x7f]*$/

/** `Résumé` and `resume` are one, so are `STRASSE` and `Straße`, and a ligature or a wide letter and the plain ones. */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return unaccented(
    text
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(OTHER_SMALL, letter => SMALL[letter] as string),
  )
}

/** The text without accents, and nothing else changed: a regular expression stays one. */
export const unaccented = (text: string): string =>
  ASCII.test(text) ? text : text.normalize('NFD').replaceAll(MARKS, '').normalize('NFC')

/** The words of a search, each of which must be found. */
export const wordsOf = (query: string): string[] => folded(query).split(/\s+/).filter(Boolean)

/** The letters folded one by one, and for each character of that which letter it came from. */
export function foldedLetters(letters: readonly string[]): { text: string; from: number[] } {
  const parts = letters.map(folded)
  return { text: parts.join(''), from: parts.flatMap((part, at) => Array.from({ length: part.length }, () => at)) }
}
