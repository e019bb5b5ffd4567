import { useMemo, useState } from 'react'
import { type Action, keysOf, useActionList } from '../../ui/actions'
import { IconButton } from '../../ui/Button'
import { TextInput } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { Kbd } from '../../ui/Kbd'
import { Message } from '../../ui/states'
import { matchesWords } from '../../ui/match'
import { showOverlay, useOverlay } from './useShellActions'

/** All shortcuts that work on this page, made from the same table as the palette. */
export function ShortcutSheet() {
  const isOpen = useOverlay() === 'shortcuts'
  const close = () => showOverlay(null)
  return (
    <Dialog isOpen={isOpen} onClose={close} title="Keyboard shortcuts" className="keysheet" isTitleHidden>
      <Sheet onClose={close} />
    </Dialog>
  )
}

function Sheet({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('')
  const actions = useActionList()
  const groups = useMemo(() => byGroup(actions, query), [actions, query])
  return (
    <>
      <div className="keysheet-h">
        <h2 className="grow" aria-hidden="true">
          Keyboard shortcuts
        </h2>
        <TextInput
          icon="search"
          placeholder="Find a shortcut"
          aria-label="Find a shortcut"
          className="w-48 max-w-[44vw]"
          value={query}
          onChange={event => setQuery(event.target.value)}
        />
        <IconButton icon="close" label="Close" keys="escape" onClick={onClose} />
      </div>
      {groups.length === 0 ? (
        <Message icon="keyboard" title="No shortcut matches">
          Every action is in the palette as well.
        </Message>
      ) : (
        // It scrolls when the window is low, so the keyboard must reach it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className="keys" tabIndex={0} role="region" aria-label="Shortcuts">
          <div className="keys-cols">
            {groups.map(([group, list]) => (
              <section key={group} aria-label={group}>
                <h3>{group}</h3>
                {list.map(action => (
                  <div key={action.name}>
                    <span className="grow">{action.label}</span>
                    <Kbd keys={keysOf(action)[0] ?? ''} />
                    <span className="vh">{keysOf(action)[0]}</span>
                  </div>
                ))}
              </section>
            ))}
          </div>
        </div>
      )}
    </>
  )
}

function byGroup(actions: Action[], query: string): [string, Action[]][] {
  const groups = new Map<string, Action[]>()
  for (const action of actions) {
    if (keysOf(action).length === 0 || !matchesWords(`${action.label} ${action.group} ${action.words ?? ''}`, query))
      continue
    groups.set(action.group, [...(groups.get(action.group) ?? []), action])
  }
  return [...groups]
}
