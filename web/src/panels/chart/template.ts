/** The specification that a panel or a logged chart is drawn by, with its slots still open: its own, one of ours, or a team's. */

import { useQuery } from '@tanstack/react-query'
import { presetName, presetQuery } from '../../data/presets'
import { statusOf } from '../../ui/failure'
import { specOf } from './schema'

export interface Template {
  spec: Record<string, unknown> | null
  isWaiting: boolean
  /** Why there is none, where a preset was named: it was deleted, nobody knows it. */
  fault: string
  /** The server could not be asked. */
  error: unknown
  retry: () => void
}

const NOWHERE = { entity: '', name: '', revision: null }

export function useTemplate(of: { spec?: unknown; preset?: string | undefined }): Template {
  const { preset = '' } = of
  const own = specOf({ spec: of.spec, preset })
  const team = own ? null : presetName(preset)
  const { data, error, isPending, refetch } = useQuery({ ...presetQuery(team ?? NOWHERE), enabled: team !== null })
  if (own || preset === '') return { spec: own, isWaiting: false, fault: '', error: null, retry: nothing }
  if (team === null) return { ...NONE, fault: `This version does not know the chart “${preset}”` }
  const retry = (): void => void refetch()
  const status = error ? statusOf(error) : 0
  if (status === GONE) return { ...NONE, retry, fault: `The preset “${preset}” was deleted` }
  if (status === MISSING) return { ...NONE, retry, fault: `There is no preset “${preset}” that you can see` }
  return { spec: data?.spec ?? null, isWaiting: isPending, fault: '', error: data ? null : error, retry }
}

const GONE = 410
const MISSING = 404
const nothing = (): void => undefined
const NONE: Template = { spec: null, isWaiting: false, fault: '', error: null, retry: nothing }
