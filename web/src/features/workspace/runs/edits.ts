/** What a person does to runs: each is seen at once, says what it touched, and can be taken back where the server can. */

import type { Run } from '../../../data/project'
import type { Refused, RunEdits, RunPatch } from '../../../data/runs'
import { refusedOf } from '../../../app/transfer/transfer'
import { withTag } from '../../../ui/tags'
import { failureOf } from '../../../ui/failure'
import { toast } from '../../../ui/toasts'
import type { Session } from '../session'

const counted = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`

/** Names of the first three, so that a toast says what was touched. */
export function namesOf(session: Session, ids: readonly string[]): string {
  const names = ids.slice(0, 3).map(id => session.list.find(id)?.name ?? id)
  const more = ids.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** Answers whether it was done. `backOut` takes from the list what was shown before the server said so. */
async function doing(
  session: Session,
  what: string,
  work: () => Promise<void>,
  backOut = (): void => undefined,
): Promise<boolean> {
  let isDone = true
  try {
    await work()
  } catch (error) {
    isDone = false
    // Reading the list again may fail as well.
    backOut()
    const failure = failureOf(error, what)
    toast({ text: `${failure.title}. ${failure.detail}`, icon: 'error' })
  }
  await session.list.refresh()
  return isDone
}

/** Shows a change before the server said so; answers how to take it from the list again. */
function show(session: Session, ids: readonly string[], changes: (run: Run) => Partial<Run>): () => void {
  const before = new Map<string, Partial<Run>>()
  session.list.patch(ids, run => {
    const after = changes(run)
    before.set(run.id, Object.fromEntries(Object.keys(after).map(name => [name, run[name as keyof Run]])))
    return after
  })
  return () => session.list.patch(ids, run => before.get(run.id) ?? {})
}

/** Tags, group, job type and notes of many runs, with an undo that the server keeps for 30 days. */
export function editRuns(session: Session, ids: readonly string[], edits: RunEdits, said: string): Promise<boolean> {
  const backOut = show(session, ids, run => ({
    ...(edits.add_tags || edits.remove_tags || edits.set_tags
      ? {
          tags: [...(edits.add_tags ?? []), ...(edits.set_tags ?? [])]
            .reduce<string[]>(withTag, run.tags)
            .filter(tag => !edits.remove_tags?.includes(tag)),
        }
      : {}),
    ...(edits.group === undefined ? {} : { group: edits.group }),
    ...(edits.job_type === undefined ? {} : { job_type: edits.job_type }),
    ...(edits.notes === undefined ? {} : { notes: edits.notes }),
  }))
  const work = async (): Promise<void> => {
    const { count, undos, refused } = await session.runs.edit(ids, edits)
    const stays = staysOf(session, refused)
    toast({
      text: [changedOf(said, count, ids.length === 1 ? namesOf(session, ids) : counted(count), stays), stays]
        .filter(Boolean)
        .join('. '),
      icon: count === 0 && stays ? 'error' : 'check',
      ...(undos.length > 0
        ? {
            undo: () =>
              void doing(session, 'It was not taken back', async () => {
                await session.runs.undo(undos)
              }),
          }
        : {}),
    })
  }
  return doing(session, 'The runs were not changed', work, backOut)
}

function staysOf(session: Session, refused: readonly Refused[]): string {
  return refusedOf(refused, new Map(refused.map(({ id }) => [id, namesOf(session, [id])])))
}

function changedOf(said: string, count: number, what: string, stays: string): string {
  if (count > 0) return `${said}: ${what}`
  return stays ? '' : `${said}: it was so already`
}

/** One run's own fields. */
export function patchRun(session: Session, id: string, changes: RunPatch, said: string): Promise<boolean> {
  const before = session.list.find(id)
  const old = Object.fromEntries(Object.keys(changes).map(name => [name, before?.[name as keyof RunPatch]])) as RunPatch
  const backOut = show(session, [id], () => changes)
  const work = async (): Promise<void> => {
    await session.runs.patch(id, changes)
    toast({
      text: said,
      icon: 'check',
      ...(before
        ? {
            undo: () =>
              void doing(session, 'It was not taken back', async () => {
                await session.runs.patch(id, old)
              }),
          }
        : {}),
    })
  }
  return doing(session, 'The run was not changed', work, backOut)
}

export function deleteRuns(session: Session, ids: readonly string[]): Promise<boolean> {
  const names = namesOf(session, ids)
  return doing(session, 'The runs were not deleted', async () => {
    const { count } = await session.runs.delete(ids)
    session.list.clearSelected()
    toast({
      text: `Deleted ${ids.length === 1 ? names : counted(count)}, kept for 30 d`,
      icon: 'trash',
      undo: () =>
        void doing(session, 'The runs were not restored', async () => {
          await session.runs.restore(ids)
        }),
    })
  })
}

export function restoreRuns(session: Session, ids: readonly string[]): Promise<boolean> {
  return doing(session, 'The runs were not restored', async () => {
    const { count } = await session.runs.restore(ids)
    toast({
      text: `Restored ${counted(count)}`,
      icon: 'check',
      undo: () =>
        void doing(session, 'The runs were not deleted again', async () => {
          await session.runs.delete(ids)
        }),
    })
  })
}

export function stopRuns(session: Session, ids: readonly string[]): Promise<boolean> {
  return doing(session, 'Not every run was told to stop', async () => {
    const { count, refused } = await session.runs.stop(ids)
    const stays = staysOf(session, refused)
    const stopping = stays && count === 0 ? '' : `Stopping ${ids.length === 1 ? namesOf(session, ids) : counted(count)}`
    toast({ text: [stopping, stays].filter(Boolean).join('. '), icon: 'stop' })
  })
}
