/** What a person does to runs: each is seen at once, says what it touched, and can be taken back where the server can. */

import type { Run } from '../../../data/project'
import type { Refused, RunEdits } from '../../../data/runs'
import { refusedOf, tellTakenBack } from '../../../app/transfer/transfer'
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

/** Tags, group, job type and notes of many runs, with an undo that the server keeps for 30 days. Answers why nothing was done;
 * empty: it was. */
export async function editRuns(
  session: Session,
  ids: readonly string[],
  edits: RunEdits,
  said: string,
): Promise<string> {
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
  try {
    const { count, undos, refused } = await session.runs.edit(ids, edits)
    const stays = staysOf(session, refused)
    if (count === 0 && stays) {
      backOut()
      return stays
    }
    const what = ids.length === 1 ? namesOf(session, ids) : counted(count)
    const text = count > 0 ? `${said}: ${what}` : `${said}: it was so already`
    toast({
      text: [text, stays].filter(Boolean).join('. '),
      icon: 'check',
      ...(undos.length > 0 ? { undo: () => void takenBack(session, undos) } : {}),
    })
    return ''
  } catch (error) {
    backOut()
    return failureOf(error, '').detail
  } finally {
    void session.list.refresh()
  }
}

/** Takes changes back, and says what of them stays. */
function takenBack(session: Session, undos: readonly string[]): Promise<boolean> {
  return doing(session, 'It was not taken back', async () => {
    const done = await session.runs.undo(undos)
    tellTakenBack(done, new Map(done.refused.map(({ id }) => [id, namesOf(session, [id])])))
  })
}

function staysOf(session: Session, refused: readonly Refused[]): string {
  return refusedOf(refused, new Map(refused.map(({ id }) => [id, namesOf(session, [id])])))
}

export function renameRun(session: Session, id: string, name: string): Promise<boolean> {
  const before = session.list.find(id)?.name
  const backOut = show(session, [id], () => ({ name }))
  const work = async (): Promise<void> => {
    await session.runs.patch(id, { name })
    const undo = (old: string) => ({
      undo: () =>
        void doing(session, 'It was not taken back', () => session.runs.patch(id, { name: old, known_name: name })),
    })
    toast({ text: `Renamed ${before ?? id}`, icon: 'check', ...(before === undefined ? {} : undo(before)) })
  }
  return doing(session, 'The run was not renamed', work, backOut)
}

/** Raises what went wrong: who wrote them still has them. `known`: what they said when the writing began. */
export async function saveNotes(session: Session, id: string, notes: string, known: string): Promise<void> {
  const backOut = show(session, [id], () => ({ notes }))
  try {
    await session.runs.patch(id, { notes, known_notes: known })
  } catch (error) {
    backOut()
    void session.list.refresh()
    throw error
  }
  toast({
    text: `Notes of ${namesOf(session, [id])} saved`,
    icon: 'check',
    undo: () =>
      void doing(session, 'It was not taken back', () => session.runs.patch(id, { notes: known, known_notes: notes })),
  })
  await session.list.refresh()
}

export function deleteRuns(session: Session, ids: readonly string[]): Promise<boolean> {
  const names = namesOf(session, ids)
  return doing(session, 'The runs were not deleted', async () => {
    const { count, undos } = await session.runs.delete(ids)
    session.list.clearSelected()
    const said = count > 0 ? `Deleted ${ids.length === 1 ? names : counted(count)}, kept for 30 d` : 'Deleted already'
    toast({ text: said, icon: 'trash', ...(undos.length > 0 ? { undo: () => void takenBack(session, undos) } : {}) })
  })
}

export function restoreRuns(session: Session, ids: readonly string[]): Promise<boolean> {
  return doing(session, 'The runs were not restored', async () => {
    const { count, undos } = await session.runs.restore(ids)
    toast({
      text: count > 0 ? `Restored ${counted(count)}` : 'Restored already',
      icon: 'check',
      ...(undos.length > 0 ? { undo: () => void takenBack(session, undos) } : {}),
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
