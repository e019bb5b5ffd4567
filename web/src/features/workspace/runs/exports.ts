/** The whole result as a file: streamed, with a toast that says how far it is and can stop it. */

import { formatCount } from '../../../charts/number'
import { failureOf } from '../../../ui/failure'
import { formatSize } from '../../../ui/format'
import { jobToast, toast } from '../../../ui/toasts'
import { queryOf, type RunSet } from '../runSet'
import type { Session } from '../session'
import type { ShownColumn } from './shown'

export type ExportFormat = 'csv' | 'parquet' | 'json'
export const FORMAT_NAMES: Record<ExportFormat, string> = { csv: 'CSV', parquet: 'Parquet', json: 'JSON' }

/** `ids`: only these runs; absent: all that the list is of, what panels pick too. No columns of a person's own: all keys. */
export async function exportRuns(
  session: Session,
  set: RunSet,
  columns: readonly ShownColumn[],
  format: ExportFormat,
  ids?: readonly string[],
): Promise<void> {
  const count = ids?.length ?? session.list.state.getState().total
  const abort = new AbortController()
  const text = `Exporting ${formatCount(count)} ${count === 1 ? 'run' : 'runs'} to ${FORMAT_NAMES[format]}`
  const job = jobToast({ text, action: { label: 'Cancel', perform: () => abort.abort() } })
  try {
    const keys = set.columns ? columns.map(({ key }) => key) : []
    const body = {
      ...(session.list.asked?.query ?? queryOf(set)),
      columns: keys,
      ...(ids ? { ids: [...ids], filter: '', search: '', only_mine: false } : {}),
    }
    const blob = await session.runs.export(body, format, abort.signal, (bytes, lines) =>
      job.update({
        text: format === 'parquet' ? `${text}, ${formatSize(bytes)}` : text,
        progress: format === 'parquet' || count === 0 ? null : Math.min(1, lines / count),
      }),
    )
    job.end()
    toast({
      text: `Export ready, ${formatSize(blob.size)}`,
      icon: 'check',
      action: { label: 'Download', perform: () => download(blob, `${session.project}.${format}`) },
    })
  } catch (error) {
    job.end()
    if (abort.signal.aborted) toast({ text: 'Export cancelled' })
    else {
      const failure = failureOf(error, 'The export failed')
      toast({ text: `${failure.title}. ${failure.detail}`, icon: 'error' })
    }
  }
}

/** The address is made here: one of a file that nobody takes would hold it until the page is left. */
function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to copy it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
