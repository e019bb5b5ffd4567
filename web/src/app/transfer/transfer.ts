/** Runs that go to another project, or copies of them: part by part, with a toast that says how far it is. */

import { ApiError } from '../../data/client'
import type { Refused, RunsApi, TakenBack, Transfer, TransferKind } from '../../data/runs'
import { failureOf } from '../../ui/failure'
import { formatCount, plural } from '../../ui/format'
import { jobToast, toast } from '../../ui/toasts'

export interface Going {
  id: string
  name: string
}

export interface Asked {
  kind: TransferKind
  runs: readonly Going[]
  /** `entity/project`. */
  to: string
  /** Called when something went, and again when it was taken back. */
  onChange: () => Promise<void> | void
  onOpen: (entity: string, project: string) => void
}

const WORDS: Record<TransferKind, { doing: string; done: string; failed: string }> = {
  move: { doing: 'Moving', done: 'Moved', failed: 'Not every run was moved' },
  copy: { doing: 'Copying', done: 'Copied', failed: 'Not every run was copied' },
}
const BUSY_TRIES = 30

const counted = (count: number): string => plural(count, 'run')

/** Ends when all of them are there, were refused, or the reader stopped it: what went until then stays, and can be taken back. */
export async function transferRuns(api: RunsApi, { kind, runs, to, onChange, onOpen }: Asked): Promise<void> {
  const words = WORDS[kind]
  const names = new Map(runs.map(({ id, name }) => [id, name]))
  const sum: Transfer = { runs: [], refused: [], undos: [] }
  let isStopped = false
  const text = `${words.doing} ${counted(runs.length)} to ${to}`
  const job = jobToast({ text, action: { label: 'Stop', perform: () => (isStopped = true) } })
  let failure = ''
  try {
    await api.transfer(
      kind,
      runs.map(({ id }) => id),
      to,
      sum,
      async done => {
        job.update({ text, progress: runs.length === 0 ? null : done / runs.length })
        return !isStopped
      },
      BUSY_TRIES,
    )
  } catch (error) {
    failure = failureOf(error, words.failed).detail
  }
  job.end()
  await onChange()
  const [entity, project] = to.split('/') as [string, string]
  const said = [saidOf(words.done, sum, names, to)]
  if (sum.refused.length > 0) said.push(refusedOf(sum.refused, names))
  if (failure) said.push(`${words.failed}: ${failure}`)
  else if (isStopped && sum.runs.length + sum.refused.length < runs.length)
    said.push(`${counted(runs.length - sum.runs.length - sum.refused.length)} left as they are`)
  toast({
    text: said.filter(Boolean).join('. '),
    icon: failure || sum.runs.length === 0 ? 'error' : 'check',
    ...(sum.runs.length > 0
      ? {
          action: { label: 'Open', perform: () => onOpen(entity, project) },
          undo: () => void takeBack(api, sum.undos, names, onChange),
        }
      : {}),
  })
}

async function takeBack(
  api: RunsApi,
  undos: readonly string[],
  names: ReadonlyMap<string, string>,
  onChange: Asked['onChange'],
): Promise<void> {
  try {
    tellTakenBack(await api.undo(undos), names)
  } catch (error) {
    const { title, detail } = failureOf(error, 'It was not taken back')
    toast({ text: error instanceof ApiError ? `${title}. ${detail}` : title, icon: 'error' })
  }
  await onChange()
}

/** What went, and as what where the other project had the id. */
export function saidOf(done: string, sum: Transfer, names: ReadonlyMap<string, string>, to: string): string {
  const [only] = sum.runs
  if (sum.runs.length === 0) return ''
  if (sum.runs.length === 1 && only)
    return `${done} ${names.get(only.id) ?? only.id} to ${to}${only.new_id === only.id ? '' : `, as ${only.new_id}`}`
  const renamed = sum.runs.filter(run => run.id !== run.new_id).length
  return `${done} ${counted(sum.runs.length)} to ${to}${renamed > 0 ? `, ${formatCount(renamed)} with a new id` : ''}`
}

/** Which stay, and why: by reason, since many have the same. */
export function refusedOf(refused: readonly Refused[], names: ReadonlyMap<string, string>): string {
  return reasonsOf(refused, names, ' stays', ' stay')
}

/** Says what an undo left as it is; where it took everything back, the page shows it. */
export function tellTakenBack({ count, refused }: TakenBack, names: ReadonlyMap<string, string>): void {
  if (refused.length === 0) return
  const said = count > 0 ? 'Not all of it was taken back' : 'It was not taken back'
  toast({ text: `${said}. ${reasonsOf(refused, names, '', '')}`, icon: count > 0 ? 'warn' : 'error' })
}

function reasonsOf(
  refused: readonly Refused[],
  names: ReadonlyMap<string, string>,
  does: string,
  doThey: string,
): string {
  const [first] = refused
  if (!first) return ''
  const same = refused.filter(({ reason }) => reason === first.reason)
  const reason = first.reason.replace(/\.$/, '')
  if (refused.length === 1) return `${names.get(first.id) ?? first.id}${does}: ${reason}`
  const others = refused.length - same.length
  return `${counted(same.length)}${doThey}: ${reason}${others > 0 ? `; ${counted(others)} for other reasons` : ''}`
}
