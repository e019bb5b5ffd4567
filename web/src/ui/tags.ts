/** Tags that say a value of a key, `dataset:v2`, beside those that are words; as `assay.server.domain.tags` reads them. */

const KEYED = /^((?:\p{L}|\p{Nl}|_)[\p{L}\p{N}_./-]*):(?!\/\/)\s*(\S.*)$/su

export interface KeyedTag {
  key: string
  value: string
}

/** Null for a tag that is just a word, an address or a time. */
export function keyedTag(tag: string): KeyedTag | null {
  const found = KEYED.exec(tag)
  return found ? { key: found[1] as string, value: found[2] as string } : null
}

/** The tags with `tag` added: a run has one value of a key, so one that it had goes. */
export function withTag(tags: readonly string[], tag: string): string[] {
  const key = keyedTag(tag)?.key
  const kept = key === undefined ? tags : tags.filter(other => other === tag || keyedTag(other)?.key !== key)
  return kept.includes(tag) ? [...kept] : [...kept, tag]
}

/** What an edit of many runs sends to add these tags. */
export function addedTags(tags: readonly string[]): { add_tags?: string[]; set_tags?: string[] } {
  const keyed = new Map<string, string>()
  for (const tag of tags) {
    const key = keyedTag(tag)?.key
    if (key !== undefined) keyed.set(key, tag)
  }
  const words = tags.filter(tag => keyedTag(tag) === null)
  return {
    ...(words.length > 0 ? { add_tags: words } : {}),
    ...(keyed.size > 0 ? { set_tags: [...keyed.values()] } : {}),
  }
}

export interface TagCount {
  name: string
  run_count: number
}

export interface TagOption {
  value: string
  hint: string
}

/** What completes `typed`: keys and words at first; behind `key:`, the values of that key. */
export function tagOptions({ tags, keys = [] }: { tags: TagCount[]; keys?: TagCount[] }, typed: string): TagOption[] {
  const key = /^([^:\s]+):/.exec(typed.trim())?.[1]
  const optionOf = ({ name, run_count }: TagCount): TagOption => ({ value: name, hint: String(run_count) })
  if (key !== undefined && keys.some(({ name }) => name === key))
    return tags.filter(({ name }) => keyedTag(name)?.key === key).map(optionOf)
  return [
    ...keys.map(({ name, run_count }) => ({ value: `${name}:`, hint: String(run_count) })),
    ...tags.filter(({ name }) => keyedTag(name) === null).map(optionOf),
  ]
}
