/** The keys that runs of the project have, and what its metrics are for: read once per page, refreshed rarely. */

import { useQuery } from '@tanstack/react-query'
import type { DefinedMetrics } from '../data/definitions'
import type { Column, ProjectApi } from '../data/project'
import { byKey } from './axes'
import { usePanelServices } from './context'
import { metricKey } from './keys'
import type { Goal } from './schema'

const PAGE = 1000
const COLUMNS_MAX = 10_000
const STALE_MS = 60_000

async function readSection(
  api: ReturnType<typeof usePanelServices>['api'],
  section: Column['section'],
  signal: AbortSignal,
): Promise<Column[]> {
  const found: Column[] = []
  let cursor = ''
  do {
    const page = await api.columns({ section, cursor, limit: PAGE }, signal)
    found.push(...page.columns)
    cursor = page.next ?? ''
  } while (cursor && found.length < COLUMNS_MAX)
  return found
}

/** Config, summary and metric keys; undefined until they are known. */
export function useRunColumns(isOn: boolean): Column[] | undefined {
  const { api } = usePanelServices()
  const { data } = useQuery({
    queryKey: ['panel-columns', api.path],
    queryFn: async ({ signal }) =>
      (await Promise.all((['config', 'summary', 'metric'] as const).map(s => readSection(api, s, signal)))).flat(),
    enabled: isOn,
    staleTime: STALE_MS,
  })
  return data
}

/** What runs of the project define about its metrics, a newer one before an older; undefined until it is known. */
export function useDefinitions(isOn: boolean): DefinedMetrics | undefined {
  return useProjectDefinitions(usePanelServices().api, isOn).data
}

/** The same where no panel is. */
export function useProjectDefinitions(api: ProjectApi, isOn = true) {
  return useQuery({
    queryKey: ['definitions', api.path],
    queryFn: async ({ signal }): Promise<DefinedMetrics> => byKey(await api.definitions(null, signal)),
    enabled: isOn,
    staleTime: STALE_MS,
  })
}

export interface KnownGoal {
  goal: Goal
  /** Nobody said so: the name does. */
  isGuessed: boolean
}

const LOW = /(^|[^a-z])(loss|error|err|perplexity|ppl|mse|rmse|mae|wer|cer|nll|fid|latency|regret)([^a-z]|$)/i
const HIGH =
  /(^|[^a-z])(acc|accuracy|f1|auc|auroc|ap|map|miou|iou|dice|bleu|rouge|reward|return|score|precision|recall|r2|psnr|ssim)([^a-z\d]|$)/i

/** The direction of a metric: as a run defined it, else as its name says, else none. */
export function goalOf(metric: string, definitions: DefinedMetrics | undefined): KnownGoal {
  const said = definitions?.get(metric)?.goal ?? ''
  if (said === 'minimize' || said === 'maximize') return { goal: said, isGuessed: false }
  const words = metric.replaceAll(/([a-z])([A-Z])/g, '$1_$2')
  if (LOW.test(metric) || LOW.test(words)) return { goal: 'minimize', isGuessed: true }
  if (HIGH.test(metric) || HIGH.test(words)) return { goal: 'maximize', isGuessed: true }
  return { goal: '', isGuessed: false }
}

/** The metric behind a key, empty for a key of another kind. Bare keys are summary values, which metrics fill. */
export function metricOfKey(key: string): string {
  const found = /^metrics\.(.*?)(?:\.(?:last|min|max|mean|first|count))?$/.exec(key)
  if (found) return found[1] ?? ''
  if (/^(config|derived)\.|^=/.test(key)) return ''
  return key.replace(/^summary\./, '')
}

/** Config keys that tell runs apart, those of most runs first, and the metric that judges them. */
export function usefulKeys(
  columns: readonly Column[],
  definitions: DefinedMetrics | undefined,
): { params: string[]; metric: string } {
  const params = columns
    .filter(column => column.section === 'config' && column.is_distinct && !column.kinds.includes('list'))
    .toSorted((a, b) => b.run_count - a.run_count || a.key.localeCompare(b.key))
    .map(fullKey)
  const metrics = columns.filter(column => column.section === 'metric').map(column => column.key)
  const rank = (metric: string): number => {
    const { goal, isGuessed } = goalOf(metric, definitions)
    const isHeld = /(^|[^a-z])(val|valid|validation|test|eval)([^a-z]|$)/i.test(metric)
    // A score says more than a loss, where nobody said which counts.
    return (goal === '' ? 8 : isGuessed ? (goal === 'maximize' ? 2 : 2.5) : 0) + (isHeld ? 0 : 1)
  }
  const [metric = ''] = metrics.toSorted((a, b) => rank(a) - rank(b))
  return { params, metric }
}

/** A column's key in the grammar of filters. Metrics stand for their last value. */
export function fullKey({ section, key }: Pick<Column, 'section' | 'key'>): string {
  if (section === 'config' || section === 'summary') return key.startsWith(`${section}.`) ? key : `${section}.${key}`
  return section === 'metric' ? metricKey(key, 'last') : key
}
