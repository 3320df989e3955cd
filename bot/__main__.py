"""The command line: python -m bot.

A process that another one starts to read for it imports this, too, and needs nothing of it.
"""

if __name__ == "__main__":
    from bot.command_line import main

    main()
