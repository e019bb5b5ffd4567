import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../data/client'
import type { SavedView, ViewDraft, ViewSave, ViewsApi } from '../../data/views'
import { setPageSettings } from './edits'
import { PageStore } from './pageStore'
import { viewKey } from './usePage'
import { type ViewAsk, viewCommands } from './useViewCommands'
import { defaultView, readView, type ViewSpec } from './view'

const VIEW: SavedView = {
  id: 'v1',
  name: 'Study',
  page: 'workspace',
  sharing: 'shared',
  is_default: false,
  is_locked: false,
  owner: 'ana',
  created_at: 1,
  updated_at: 1,
  updated_by: 'ana',
  revision: 1,
  may_edit: true,
  spec: defaultView(),
}

/** A server with one view, and a page that has it open. `slowly`: what happens while a save is on its way. */
function page() {
  let held = VIEW
  let slowly = (): void => undefined
  const written: ViewSpec[] = []
  const save = async (_: string, save: ViewSave): Promise<SavedView> => {
    await Promise.resolve()
    slowly()
    if (save.revision !== held.revision)
      throw new ApiError({ status: 409, code: 'conflict', detail: 'saved meanwhile' })
    if (save.spec) written.push(save.spec as ViewSpec)
    held = { ...held, ...save, revision: held.revision + 1 }
    return held
  }
  const views = {
    path: 'projects/a/b',
    save,
    get: async () => held,
    create: async (draft: ViewDraft): Promise<SavedView> => {
      await Promise.resolve()
      slowly()
      return { ...VIEW, ...draft, id: 'v2', revision: 1 }
    },
    lock: async (_: string, is_locked: boolean) => (held = { ...held, is_locked }),
  } as unknown as ViewsApi
  const client = new QueryClient()
  client.setQueryData(viewKey(views.path, 'v1'), VIEW)
  const addresses: object[] = []
  const store = new PageStore(address => addresses.push(address), { keep: async () => 'k' })
  store.follow({ view: 'v1' }, readView(VIEW.spec), 'v1', null)
  const asks: (ViewAsk | null)[] = []
  const commands = () =>
    viewCommands({
      store,
      views,
      saved: client.getQueryData<SavedView>(viewKey(views.path, 'v1')) ?? null,
      client,
      desk: { say: () => undefined },
      setAsk: ask => asks.push(ask),
    })
  return {
    store,
    commands,
    asks,
    addresses,
    written,
    edit: (strength: number) => store.edit(spec => setPageSettings(spec, { smoothing: { strength } })),
    meanwhile: (what: () => void) => (slowly = what),
    saveElsewhere: () => {
      held = { ...held, revision: held.revision + 1, spec: { format: 1, settings: { x: 'time' } }, updated_by: 'ben' }
    },
  }
}

describe('saving a view', () => {
  it('what is edited while a new view is on its way is an edit of it', async () => {
    const { store, commands, edit, meanwhile } = page()
    edit(0.5)
    meanwhile(() => edit(0.9))
    await commands().saveAs('Another', 'personal')
    expect(store.name).toBe('v2')
    expect(store.state.getState()).toMatchObject({
      isEdited: true,
      base: { settings: { smoothing: { strength: 0.5 } } },
      spec: { settings: { smoothing: { strength: 0.9 } } },
    })
  })

  it('a lock or a default takes nothing of what somebody saved meanwhile for known', async () => {
    const { commands, edit, asks, saveElsewhere, written } = page()
    edit(0.5)
    saveElsewhere()
    await commands().lock(true)
    await commands().save()
    expect(written).toEqual([])
    expect(asks.at(-1)).toMatchObject({ kind: 'conflict', theirs: { updated_by: 'ben' } })
  })

  it('twice at once is no conflict with oneself', async () => {
    const { commands, edit, asks, written } = page()
    edit(0.5)
    const one = commands()
    await Promise.all([one.save(), one.save()])
    expect(asks).toEqual([])
    expect(written).toHaveLength(2)
  })

  it('a view that was opened while another was on its way stays open', async () => {
    const { store, commands, edit, meanwhile } = page()
    edit(0.5)
    meanwhile(() => store.follow({ view: 'v3' }, readView({ settings: { x: 'time' } }), 'v3', null))
    await commands().save()
    expect(store.name).toBe('v3')
    expect(store.state.getState()).toMatchObject({ isEdited: false, spec: { settings: { x: 'time' } } })
  })

  it('what ends after its page writes no address into the next one', async () => {
    const { store, commands, edit, addresses } = page()
    const close = store.open()
    edit(0.5)
    const before = addresses.length
    const saving = commands().save()
    close()
    await saving
    expect(addresses).toHaveLength(before)
  })
})
