import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Edited } from '../../../data/runs'
import type { Session } from '../session'
import type { Run } from '../../../data/project'
import { deleteRuns, editRuns, renameRun, saveNotes, stopRuns } from './edits'

interface Told {
  text: string
  icon: string
  undo?: () => void
}
const told = vi.hoisted(() => [] as Told[])
vi.mock('../../../ui/toasts', () => ({ toast: (shown: Told) => told.push(shown) }))

const IN_TRASH = { id: 'r2', reason: 'It is in the trash. Restore it first.' }

/** A list of two runs, before a server that answers every edit so. */
function sessionWith(answer: Edited): Session {
  const names: Record<string, string> = { r1: 'fast-fox', r2: 'calm-sea' }
  return {
    list: { find: (id: string) => ({ name: names[id] }), patch: () => {}, refresh: async () => {} },
    runs: { edit: async () => answer, stop: async () => answer },
  } as unknown as Session
}

describe('what an edit says it did', () => {
  beforeEach(() => {
    told.length = 0
  })

  it('names the runs that stay as they are, beside those it changed', async () => {
    await editRuns(sessionWith({ count: 1, undos: [], refused: [IN_TRASH] }), ['r1', 'r2'], { group: 'g' }, 'Group g')
    expect(told[0]).toMatchObject({
      text: 'Group g: 1 run. calm-sea stays: It is in the trash. Restore it first',
      icon: 'check',
    })
  })

  it('does not say of a run in the trash that it was so already', async () => {
    const refused = sessionWith({ count: 0, undos: [], refused: [IN_TRASH] })
    const why = await editRuns(refused, ['r2'], { group: 'g' }, 'Group g')
    await editRuns(sessionWith({ count: 0, undos: [], refused: [] }), ['r1'], { group: 'g' }, 'Group g')
    await stopRuns(sessionWith({ count: 0, undos: [], refused: [IN_TRASH] }), ['r2'])
    const stays = 'calm-sea stays: It is in the trash. Restore it first'
    expect([why, ...told.map(({ text }) => text)]).toEqual([stays, 'Group g: it was so already', stays])
  })

  it('is taken back by what the server kept of it, and what stays is said', async () => {
    const undo = vi.fn(async () => ({ count: 1, refused: [{ id: 'r2', reason: 'Its group changed since.' }] }))
    const session = sessionWith({ count: 2, undos: ['u1'], refused: [] })
    Object.assign(session.runs, { undo, delete: () => session.runs.edit([], {}) })
    Object.assign(session.list, { clearSelected: () => {} })
    await editRuns(session, ['r1', 'r2'], { group: 'g' }, 'Group g')
    await deleteRuns(session, ['r1', 'r2'])
    for (const { undo } of told.slice()) undo?.()
    await vi.waitFor(() => expect(told).toHaveLength(4))
    expect(undo.mock.calls).toEqual([[['u1']], [['u1']]])
    expect(told[2]).toMatchObject({
      text: 'Not all of it was taken back. calm-sea: Its group changed since',
      icon: 'warn',
    })
  })

  it('a new name and new notes are taken back only where nobody wrote others since', async () => {
    const patch = vi.fn(async () => undefined)
    const session = sessionWith({ count: 0, undos: [], refused: [] })
    Object.assign(session.runs, { patch })
    await renameRun(session, 'r1', 'slow-fox')
    await saveNotes(session, 'r1', 'After', 'Before')
    for (const { undo } of told.slice()) undo?.()
    expect(patch.mock.calls).toEqual([
      ['r1', { name: 'slow-fox' }],
      ['r1', { notes: 'After', known_notes: 'Before' }],
      ['r1', { name: 'fast-fox', known_name: 'slow-fox' }],
      ['r1', { notes: 'Before', known_notes: 'After' }],
    ])
  })
})

it('what the server did not take is not left in the list, even where it cannot be read again', async () => {
  let run = { id: 'r1', name: 'fast-fox', tags: ['a'], notes: 'Before' } as unknown as Run
  const gone = (): Promise<never> => Promise.reject(new TypeError('gone'))
  const shown: Partial<Run>[] = []
  const session = {
    list: {
      find: () => run,
      patch: (_ids: string[], changes: (run: Run) => Partial<Run>) => {
        run = { ...run, ...changes(run) }
        shown.push(run)
      },
      refresh: async () => {},
    },
    runs: { edit: gone, patch: gone },
  } as unknown as Session
  await expect(saveNotes(session, 'r1', 'After', 'Before')).rejects.toThrow('gone')
  expect(await editRuns(session, ['r1'], { add_tags: ['b'] }, 'Tagged b')).toBe('gone')
  expect(shown.map(({ notes, tags }) => [notes, tags])).toEqual([
    ['After', ['a']],
    ['Before', ['a']],
    ['Before', ['a', 'b']],
    ['Before', ['a']],
  ])
})
