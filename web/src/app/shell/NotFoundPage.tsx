import { Link } from '@tanstack/react-router'
import { perform } from '../../ui/actions'
import { Button } from '../../ui/Button'
import { Message } from '../../ui/states'
import { useTitle } from '../../ui/useTitle'

export function NotFoundPage() {
  useTitle('No such page')
  return (
    <Message
      isPage
      icon="search"
      title="There is no page at this address"
      actions={
        <>
          <Button icon="search" onClick={() => void perform('palette')}>
            Search
          </Button>
          <Link className="btn ghost" to="/">
            Go to home
          </Link>
        </>
      }
    >
      <span>The address may be mistyped, or what it named was moved. Nothing was changed.</span>
    </Message>
  )
}
