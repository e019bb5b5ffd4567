import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import type { Desk } from './desk'
import type { Page } from './usePage'
import type { ViewCommands } from './useViewCommands'
import ViewDialogs from './ViewDialogs'

afterEach(cleanup)

it('the name of a view stays in its dialog until it is saved', async () => {
  const saveAs = vi.fn<ViewCommands['saveAs']>().mockResolvedValueOnce(false).mockResolvedValue(true)
  const onAsk = vi.fn<() => void>()
  render(
    <ViewDialogs
      ask={{ kind: 'name', for: 'new' }}
      page={{ saved: null } as unknown as Page}
      desk={{} as Desk}
      commands={{ saveAs } as unknown as ViewCommands}
      views={[]}
      onOpen={() => undefined}
      onAsk={onAsk}
    />,
  )
  const name = screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' })
  await userEvent.type(name, 'Boundary study{Enter}')
  expect(saveAs).toHaveBeenCalledExactlyOnceWith('Boundary study', 'personal')
  expect(onAsk).not.toHaveBeenCalled()
  expect(name.value).toBe('Boundary study')
  await userEvent.click(screen.getByRole('button', { name: 'Save view' }))
  await waitFor(() => expect(onAsk).toHaveBeenCalledWith(null))
})
