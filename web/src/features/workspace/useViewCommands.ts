/** What can be done with saved views, each said aloud, none losing what is on the page. */

import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError } from '../../data/client'
import type { SavedView, Sharing, ViewSave, ViewVersion } from '../../data/views'
import { failureOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'
import { UNTOUCHED } from './address'
import type { Desk } from './desk'
import type { PageStore } from './pageStore'
import { type Page, viewKey, viewsKey } from './usePage'
import { defaultView, readView, type ViewSpec } from './view'

/** What a dialog is asked about. */
export type ViewAsk =
  | { kind: 'name'; for: 'new' | 'rename' }
  | { kind: 'compare' }
  | { kind: 'history' }
  | { kind: 'all' }
  /** Somebody saved the view meanwhile. */
  | { kind: 'conflict'; theirs: SavedView }

export interface ViewCommands {
  save: () => Promise<void>
  /** Over what somebody else saved. */
  saveOver: (theirs: SavedView) => Promise<void>
  /** Answers whether it was saved. */
  saveAs: (name: string, sharing: Sharing) => Promise<boolean>
  /** Answers whether it was renamed. */
  rename: (name: string) => Promise<boolean>
  copy: () => Promise<void>
  shareWith: (sharing: Sharing) => Promise<void>
  lock: (isLocked: boolean) => Promise<void>
  makeDefault: (isDefault: boolean) => Promise<void>
  remove: () => Promise<void>
  revert: () => void
  reset: () => void
  /** Takes theirs and lays what was edited here away: Undo has it. */
  takeTheirs: (theirs: SavedView) => void
  restore: (version: Pick<ViewVersion, 'revision'>) => Promise<void>
}

export function useViewCommands(page: Page, desk: Desk, setAsk: (ask: ViewAsk | null) => void): ViewCommands {
  const { store, views, saved } = page
  const client = useQueryClient()
  return useMemo(
    () => viewCommands({ store, views, saved, client, desk, setAsk }),
    [store, views, saved, client, desk, setAsk],
  )
}

export interface ViewNeeds extends Pick<Page, 'store' | 'views' | 'saved'> {
  client: QueryClient
  desk: Pick<Desk, 'say'>
  setAsk: (ask: ViewAsk | null) => void
}

const turns = new WeakMap<PageStore, Promise<unknown>>()

/** One save after the other: the second is over what the first left. */
function inTurn<T>(store: PageStore, act: () => Promise<T>): Promise<T> {
  const turn = (turns.get(store) ?? Promise.resolve()).then(act, act)
  turns.set(store, turn)
  return turn
}

export function viewCommands({ store, views, saved, client, desk, setAsk }: ViewNeeds): ViewCommands {
  const refreshList = (): void => void client.invalidateQueries({ queryKey: viewsKey(views.path) })
  const spec = (): ViewSpec => store.state.getState().spec
  const took = (view: SavedView): void => {
    // The store first: what renders then must find address and base together.
    store.rebase(readView(view.spec), view.id, { keepEdits: true })
    client.setQueryData(viewKey(views.path, view.id), view)
    refreshList()
  }
  /** Saves what the page shows now. What is edited or opened until the answer is here stays as it is. */
  const sent = async (act: (spec: ViewSpec) => Promise<SavedView>): Promise<SavedView> => {
    const [now, { name }] = [spec(), store]
    const answer = await act(now)
    const view = { ...answer, spec: answer.spec ?? now }
    if (store.name === name) took(view)
    else {
      client.setQueryData(viewKey(views.path, view.id), view)
      refreshList()
    }
    return view
  }
  const isDone = async (what: string, act: () => Promise<void>): Promise<boolean> => {
    try {
      await act()
      return true
    } catch (error) {
      const failure = failureOf(error, what)
      toast({ icon: 'error', text: `${failure.title}. ${failure.detail}` })
      return false
    }
  }
  const told = async (what: string, act: () => Promise<void>): Promise<void> => {
    await isDone(what, act)
  }
  /** Changes what is known of the view beside its document. */
  const learnt = (view: SavedView): void => {
    client.setQueryData(viewKey(views.path, view.id), (before: SavedView | null | undefined) => ({
      ...view,
      spec: before?.spec ?? view.spec,
    }))
    refreshList()
  }
  /** The view with the revision that the page has of it: another save of this page may be newer than what was rendered. */
  const known = (view: SavedView): SavedView => {
    const here = client.getQueryData<SavedView | null>(viewKey(views.path, view.id))
    return { ...view, revision: here?.revision ?? view.revision }
  }
  /** After a lock or a default, which ask for no revision: what somebody saved meanwhile is still to be met as a conflict. */
  const switched = (view: SavedView): void => learnt(known(view))
  const write = (view: SavedView, changes: Omit<ViewSave, 'revision'>): Promise<SavedView> =>
    views.save(view.id, { ...changes, revision: view.revision })
  const saveOver = (view: SavedView): Promise<void> =>
    told(`${view.name} could not be saved`, async () => {
      await sent(spec => write(view, { spec }))
      toast({ icon: 'check', text: `Saved ${view.name}` })
    })
  return {
    save: async () => {
      if (!saved) return setAsk({ kind: 'name', for: 'new' })
      if (!saved.may_edit) {
        toast({
          icon: 'lock',
          text: saved.is_locked ? `${saved.name} is locked.` : `${saved.name} belongs to ${saved.owner}.`,
          action: { label: 'Save as new', perform: () => setAsk({ kind: 'name', for: 'new' }) },
        })
        return
      }
      try {
        await inTurn(store, () => sent(spec => write(known(saved), { spec })))
        toast({ icon: 'check', text: `Saved ${saved.name}` })
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) {
          await told(`${saved.name} was saved by somebody else, and could not be read`, async () =>
            setAsk({ kind: 'conflict', theirs: await views.get(saved.id) }),
          )
          return
        }
        const failure = failureOf(error, `${saved.name} could not be saved`)
        toast({
          icon: 'error',
          text: `${failure.title}. ${failure.detail} What you arranged is still here and in the address.`,
          action: { label: 'Save as new', perform: () => setAsk({ kind: 'name', for: 'new' }) },
        })
      }
    },
    saveOver,
    saveAs: (name, sharing) =>
      isDone('The view could not be saved', async () => {
        await sent(spec => views.create({ name, page: 'workspace', sharing, spec }))
        toast({ icon: 'check', text: `Saved ${name}` })
      }),
    rename: name =>
      isDone('The view could not be renamed', async () => {
        if (saved) learnt(await write(saved, { name }))
      }),
    copy: () =>
      told('The view could not be copied', async () => {
        if (!saved) return
        const name = `${saved.name} (copy)`
        const made = await sent(spec => views.create({ name, page: 'workspace', sharing: 'personal', spec }))
        toast({ icon: 'check', text: `This is ${made.name} now` })
      }),
    shareWith: sharing =>
      told('The view could not be changed', async () => {
        if (!saved) return
        learnt(await write(saved, { sharing }))
        toast({
          icon: sharing === 'shared' ? 'users' : 'user',
          text: sharing === 'shared' ? 'Everybody in the project sees it now' : 'Only you see it now',
        })
      }),
    lock: isLocked =>
      told('The view could not be locked', async () => {
        if (saved) switched(await views.lock(saved.id, isLocked))
      }),
    makeDefault: isDefault =>
      told('The default could not be changed', async () => {
        if (!saved) return
        switched(await views.makeDefault(saved.id, isDefault))
        toast({
          icon: 'star',
          text: isDefault ? `The project opens with ${saved.name}` : 'The project opens untouched',
        })
      }),
    remove: () =>
      told('The view could not be deleted', async () => {
        if (!saved) return
        await views.remove(saved.id)
        // What is on the page stays: it is only no longer anybody's.
        store.rebase(defaultView(), UNTOUCHED, { keepEdits: true })
        client.removeQueries({ queryKey: viewKey(views.path, saved.id) })
        refreshList()
        toast({
          icon: 'trash',
          text: `Deleted ${saved.name}`,
          undo: () =>
            void told('The view could not be brought back', async () => {
              took(await views.restore(saved.id))
            }),
        })
      }),
    revert: () => {
      const { base } = store.state.getState()
      store.edit(() => base, { label: 'revert' })
      desk.say({ icon: 'history', text: 'Everything is as saved', undo: () => store.undo() })
    },
    reset: () => {
      store.edit(() => defaultView(), { label: 'reset to default' })
      desk.say({ icon: 'refresh', text: 'Everything is as at first', undo: () => store.undo() })
    },
    takeTheirs: theirs => {
      const mine = store.state.getState().spec
      took(theirs)
      store.edit(() => readView(theirs.spec), { label: `take what ${theirs.updated_by} saved` })
      desk.say({ icon: 'check', text: `This is what ${theirs.updated_by} saved`, undo: () => store.edit(() => mine) })
    },
    restore: ({ revision }) =>
      told(`Version ${revision} could not be read`, async () => {
        if (!saved) return
        const { spec } = await views.version(saved.id, revision)
        store.edit(() => readView(spec), { label: `restore version ${revision}` })
        desk.say({
          icon: 'history',
          text: `Version ${revision} is on the page. Save to keep it.`,
          undo: () => store.undo(),
        })
      }),
  }
}
