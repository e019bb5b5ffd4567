/** What keys the project has and which values they take: read when something asks, kept for a while. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { textOf } from '../../../data/exactIntegers'
import { fieldOf, RUN_FIELDS } from '../../../data/filters'
import type { Column, ProjectApi } from '../../../data/project'
import type { RunGroup, RunsApi } from '../../../data/runs'
import type { TagPage } from '../../../data/runs'
import type { ComboOption } from '../../../ui/Combo'
import { fullKey } from './shown'

const PAGE = 1000
/** More keys than this are found by typing only: the server looks for them. */
export const KEYS_MAX = 20_000

export interface Key {
  /** In the grammar of filters. */
  key: string
  section: Column['section']
  kinds: readonly string[]
  runCount: number
  isDistinct: boolean
}

async function readKeys(api: ProjectApi, prefix: string, most: number, signal: AbortSignal): Promise<Key[]> {
  const byKey = new Map<string, Key>()
  let cursor = ''
  do {
    const page = await api.columns({ prefix, cursor, limit: PAGE }, signal)
    for (const { key, section, kinds, run_count, is_distinct } of page.columns) {
      if (section === 'system') continue
      const full = fullKey(section, key)
      const own = byKey.get(full)
      // A metric and the summary value of its name are one key here.
      byKey.set(full, {
        key: full,
        section: own?.section ?? section,
        kinds: [...new Set([...(own?.kinds ?? []), ...kinds])],
        runCount: Math.max(own?.runCount ?? 0, run_count),
        isDistinct: (own?.isDistinct ?? false) || is_distinct,
      })
    }
    cursor = page.next ?? ''
  } while (cursor && byKey.size < most)
  return [...byKey.values()]
}

/** Every key, up to KEYS_MAX; with `words`, also those beyond that hold them. */
export function useKeys(api: ProjectApi, isWanted: boolean, words = ''): { keys: readonly Key[]; isLoading: boolean } {
  const all = useQuery({
    queryKey: ['keys', api.path],
    queryFn: ({ signal }) => readKeys(api, '', KEYS_MAX, signal),
    enabled: isWanted,
    staleTime: 30_000,
  })
  const isCut = (all.data?.length ?? 0) >= KEYS_MAX
  const found = useQuery({
    queryKey: ['keys', api.path, words],
    queryFn: ({ signal }) => readKeys(api, words, PAGE, signal),
    enabled: isWanted && isCut && words.length > 1,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  })
  const keys = useMemo(() => {
    if (!found.data) return all.data ?? []
    const byKey = new Map([...(all.data ?? []), ...found.data].map(key => [key.key, key]))
    return [...byKey.values()]
  }, [all.data, found.data])
  return { keys, isLoading: all.isPending && isWanted }
}

/** Keys as a field offers them: runs' own fields, config, then what was logged, with their kinds. */
export function keyOptions(keys: readonly Key[]): ComboOption[] {
  const own = Object.entries(RUN_FIELDS).map(([value, hint]) => ({ value, hint }))
  const others = keys
    .filter(({ key, section }) => section !== 'run' || key.startsWith('tags.'))
    .map(({ key, section, kinds }) => ({
      value:
        section === 'config' || section === 'run'
          ? key
          : key.replace(/^summary\./, bare => (fieldOf(key.slice(bare.length)).section === 'summary' ? '' : bare)),
      hint: section === 'run' ? 'tag' : `${section === 'config' ? 'config' : 'logged'} ${kindWord(kinds)}`.trim(),
    }))
  return [...own, ...others]
}

function kindWord(kinds: readonly string[]): string {
  if (kinds.length !== 1) return ''
  const word = {
    f: 'number',
    float: 'number',
    i: 'number',
    int: 'number',
    s: 'text',
    str: 'text',
    b: 'yes or no',
    bool: 'yes or no',
  }
  return word[kinds[0] as keyof typeof word] ?? (kinds[0] as string)
}

const VALUES_MAX = 50
const STATES = ['running', 'finished', 'failed', 'crashed', 'killed', 'preempted', 'preempting', 'pending']
const AGES = ['now-1h', 'now-24h', 'now-7d', 'now-30d', 'now-90d']

/** The values that runs have for a key, the most frequent first. */
export function useValues(api: RunsApi, key: string, isWanted: boolean): readonly ComboOption[] {
  const kind = RUN_FIELDS[key]
  const isAsked = isWanted && key !== '' && kind !== 'time' && key !== 'tags' && key !== 'id' && key !== 'name'
  const { data } = useQuery({
    queryKey: ['values', api.path, key],
    queryFn: async ({ signal }) => {
      const page = await api.query({ group: [{ key }], limit: VALUES_MAX }, signal)
      return valueOptions(page.groups ?? [])
    },
    enabled: isAsked,
    staleTime: 30_000,
    retry: false,
  })
  const tags = useTags(api, isWanted && key === 'tags')
  return useMemo(() => {
    if (key === 'tags') return tags
    if (kind === 'time') return AGES.map(value => ({ value }))
    if (key !== 'state') return data ?? []
    const counts = new Map((data ?? []).map(option => [option.value, option.hint]))
    return STATES.map(value => ({ value, hint: counts.get(value) ?? '0' }))
  }, [key, kind, data, tags])
}

/** Values that runs share, the most frequent first. 0 and false are values; none and an empty text cannot be picked. */
export function valueOptions(groups: readonly Pick<RunGroup, 'path' | 'run_count'>[]): ComboOption[] {
  return groups
    .filter(({ path: [value] }) => value !== null && value !== undefined && value !== '')
    .toSorted((a, b) => b.run_count - a.run_count)
    .map(({ path: [value], run_count }) => ({ value: textOf(value), hint: String(run_count) }))
}

/** The project's tags with how many runs carry each. */
export function useTags(api: RunsApi, isWanted: boolean): readonly ComboOption[] {
  const data = useTagPage(api, isWanted)
  return useMemo(() => data.tags.map(({ name, run_count }) => ({ value: name, hint: String(run_count) })), [data])
}

const NO_TAGS: TagPage = { tags: [] }

/** The tags, and the keys that some of them say values of. */
export function useTagPage(api: RunsApi, isWanted: boolean): TagPage {
  const { data } = useQuery({
    queryKey: ['tags', api.path],
    queryFn: ({ signal }) => api.tags(signal),
    enabled: isWanted,
    // Whoever just made a key is offered it the next time.
    staleTime: 0,
    retry: false,
  })
  return data ?? NO_TAGS
}
