import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { Dialog, Drawer } from './Dialog'
import { TextField } from './form'
import { Menu, MenuItem } from './Menu'
import { TipProvider } from './Tip'

afterEach(cleanup)

function Page({ kind: Kind, hasField }: { kind: typeof Dialog | typeof Drawer; hasField: boolean }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <TipProvider>
      <button type="button" onClick={() => setOpen(true)}>
        Open it
      </button>
      <Kind isOpen={isOpen} onClose={() => setOpen(false)} title="A thing">
        <input aria-label="Its name" autoFocus={hasField} />
      </Kind>
    </TipProvider>
  )
}

for (const [name, kind, hasField] of [
  ['dialog', Dialog, false],
  ['drawer', Drawer, false],
  ['dialog whose field takes the focus', Dialog, true],
] as const)
  it(`one Esc closes a ${name}, and what opened it has the focus again`, async () => {
    const user = userEvent.setup()
    render(<Page kind={kind} hasField={hasField} />)
    await user.click(screen.getByRole('button', { name: 'Open it' }))
    expect(await screen.findByRole('dialog', { name: 'A thing' })).toBeTruthy()
    expect(screen.queryByRole('tooltip')).toBeNull()
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Open it' })))
  })

function WithMenu() {
  const [isOpen, setOpen] = useState(false)
  return (
    <TipProvider>
      <Menu trigger={<button type="button">More</button>}>
        {Array.from({ length: 12 }, (_, i) => (
          <MenuItem key={i} onSelect={() => undefined}>
            Another {i}
          </MenuItem>
        ))}
        <MenuItem onSelect={() => setOpen(true)}>Open it</MenuItem>
      </Menu>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title="A thing">
        <input aria-label="Its name" autoFocus />
      </Dialog>
    </TipProvider>
  )
}

it('a dialog that a menu opened gives the focus to what opened the menu', async () => {
  const user = userEvent.setup()
  render(<WithMenu />)
  screen.getByRole('button', { name: 'More' }).focus()
  await user.keyboard('{Enter}')
  const item = await screen.findByRole('menuitem', { name: 'Open it' })
  await user.keyboard('{ArrowDown>13/}')
  await waitFor(() => expect(document.activeElement).toBe(item))
  await user.keyboard('{Enter}')
  await screen.findByRole('dialog', { name: 'A thing' })
  await waitFor(() => expect(screen.queryByRole('menuitem')).toBeNull())
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' })))
})

for (const [name, Kind] of [
  ['dialog', Dialog],
  ['drawer', Drawer],
] as const)
  it(`a ${name} leaves Esc to what has its own use for it within`, async () => {
    const user = userEvent.setup()
    const onClose = vi.fn()
    render(
      <TipProvider>
        <Kind isOpen onClose={onClose} title="A thing">
          <TextField label="Its name" value="before" onChange={() => undefined} />
        </Kind>
      </TipProvider>,
    )
    const field = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Its name' })
    await user.type(field, '!')
    await user.keyboard('{Escape}')
    expect(field.value).toBe('before')
    expect(onClose).not.toHaveBeenCalled()
    await user.keyboard('{Escape}')
    expect(onClose).toHaveBeenCalledOnce()
  })
