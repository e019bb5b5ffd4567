/** A team's presets of custom charts and their versions. Shapes: `assay.wire.messages.presets`. */

import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.gen'
import { api, pathOf } from './client'

export type Preset = components['schemas']['Preset']
export type PresetPage = components['schemas']['PresetPage']
export type PresetSave = components['schemas']['PresetSave']
export type PresetVersion = components['schemas']['PresetVersion']
export type PresetVersionPage = components['schemas']['PresetVersionPage']

/** Which preset of which team; `revision` null: the newest. */
export interface PresetName {
  entity: string
  name: string
  revision: number | null
}

/** A team's preset by what a panel or a logged chart calls it, `team/name` or `team/name/v3`. Null: it is one of ours, or none. */
export function presetName(text: string): PresetName | null {
  const [entity = '', name = '', version, ...more] = text.split('/')
  if (entity === '' || entity === 'wandb' || name === '' || more.length > 0) return null
  if (version === undefined) return { entity, name, revision: null }
  const [, revision] = /^v(\d{1,9})$/.exec(version) ?? []
  return revision === undefined ? null : { entity, name, revision: Number(revision) }
}

const at = (entity: string, name?: string): string =>
  `entities/${pathOf(entity)}/presets${name === undefined ? '' : `/${pathOf(name)}`}`

const FRESH_MS = 30_000

export const presetsQuery = (entity: string) =>
  queryOptions({
    queryKey: ['presets', entity],
    queryFn: ({ signal }) => api.get<PresetPage>(at(entity), { signal }),
    staleTime: FRESH_MS,
  })

/** The preset or the version of it, whole. What is gone is told once: asking again would not bring it back. */
export const presetQuery = ({ entity, name, revision }: PresetName) =>
  queryOptions({
    queryKey: ['preset', entity, name, revision],
    queryFn: ({ signal }) =>
      api.get<Preset | PresetVersion>(`${at(entity, name)}${revision === null ? '' : `/versions/${revision}`}`, {
        signal,
      }),
    staleTime: FRESH_MS,
    retry: false,
  })

export const presetVersionsQuery = (entity: string, name: string) =>
  queryOptions({
    queryKey: ['preset', entity, name, 'versions'],
    queryFn: ({ signal }) => api.get<PresetVersionPage>(`${at(entity, name)}/versions`, { signal }),
    staleTime: 0,
  })

export const presets = {
  save: (entity: string, name: string, save: PresetSave) => api.put<Preset>(at(entity, name), save),
  remove: (entity: string, name: string) => api.delete<void>(at(entity, name)),
  /** `known`: the newest revision that was read. */
  restore: (entity: string, name: string, revision: number, known: number) =>
    api.post<Preset>(`${at(entity, name)}/versions/${revision}/restore`, { revision: known }),
}
