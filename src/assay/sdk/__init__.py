"""What a training script touches. It writes files and nothing else: `sync`, in a process of its own, talks to the server."""
