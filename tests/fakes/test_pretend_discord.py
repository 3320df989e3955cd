"""The pretend Discord as discord.py sees it: over sockets, as it is."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.fakes.discord_calls import Client, connected
from tests.fakes.pretend_discord import CONTENT, MEMBERS, PretendDiscord
from tests.fakes.pretend_discord.permissions import EVERYONE, MANAGE_GUILD, MANAGE_THREADS
from tests.fakes.pretend_discord.things import EPHEMERAL

ALL = discord.Intents(
    guilds=True,
    members=True,
    messages=True,
    message_content=True,
    reactions=True,
    auto_moderation_execution=True,
)


@pytest.fixture
async def pretend() -> AsyncIterator[PretendDiscord]:
    made = PretendDiscord()
    await made.start()
    yield made
    await made.close()
    assert made.problems == []


async def test_a_client_hears_what_people_do(pretend: PretendDiscord) -> None:
    tea = pretend.server("Tea", screening=True)
    general = tea.channel("general")
    forum = tea.forum("help", ["answered"])
    client = Client(ALL)
    async with connected(pretend, client):
        await client.hears("ready")
        guild = client.get_guild(int(tea.id))
        assert guild is not None
        assert guild.name == "Tea"
        assert {channel.name for channel in guild.channels} == {"general", "help"}
        assert [tag.name for tag in guild.forums[0].available_tags] == ["answered"]

        ada = tea.joins("Ada")
        assert (await client.hears("member_join")).pending
        ada.passes()
        await client.hears("member_update")
        asked = ada.says(general, "who brews?")
        assert (await client.hears("message")).content == "who brews?"
        reply = ada.says(general, "anyone?", to=asked)
        heard = await client.hears("message", 2)
        assert heard.reference.message_id == int(asked.id)
        assert heard.type is discord.MessageType.reply
        ada.edits(reply, "anybody?")
        assert (await client.hears("raw_message_edit")).data["content"] == "anybody?"
        ada.reacts(asked, "👍")
        assert str((await client.hears("raw_reaction_add")).emoji) == "👍"
        ada.unreacts(asked, "👍")
        await client.hears("raw_reaction_remove")
        ada.deletes(reply)
        assert (await client.hears("raw_message_delete")).message_id == int(reply.id)
        tea.bulk_delete([asked, ada.says(general, "again")])
        assert len((await client.hears("raw_bulk_message_delete")).message_ids) == 2

        thread, first = ada.posts(forum, "Teapot", "it leaks", ["answered"])
        made = await client.hears("thread_create")
        assert [tag.name for tag in made.applied_tags] == ["answered"]
        assert (await client.hears("message", 4)).id == made.id == int(first.id)
        tea.archive(thread)
        await client.hears("raw_thread_update")
        keeper = tea.role("Keeper", MANAGE_GUILD)
        ada.gets(keeper)
        await client.hears("member_update", 2)
        ada.leaves()
        await client.hears("raw_member_remove")
        tea.channel("second")
        await client.hears("guild_channel_create")
        tea.allow_me(EVERYONE | MANAGE_GUILD)
        tea.automod(tea.person("Bob"), general, "buy now", "buy")
        assert (await client.hears("automod_action")).matched_keyword == "buy"
        tea.fails()
        await client.hears("guild_unavailable")
        tea.recovers()
        await client.hears("guild_available")
        pretend.server("Coffee")
        await client.hears("guild_join")
        tea.expels_me()
        await client.hears("guild_remove")


async def test_a_client_does_what_a_bot_does(pretend: PretendDiscord) -> None:
    tea = pretend.server("Tea", rights=EVERYONE | MANAGE_THREADS)
    general = tea.channel("general")
    forum = tea.forum("help", ["answered", "old"])
    ada = tea.person("Ada")
    thread, first = ada.posts(forum, "Teapot", "it leaks")
    pretend.may_ping(ada)
    client = Client(ALL, allowed_mentions=discord.AllowedMentions.none())
    async with connected(pretend, client):
        await client.hears("ready")
        place = await client.fetch_channel(int(general.id))
        assert isinstance(place, discord.TextChannel)
        embed = discord.Embed(title="Hello", description="@everyone").set_image(url="attachment://a.png")
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Yes", custom_id="yes"))
        file = discord.File(io.BytesIO(b"png"), "a.png", description="a picture")
        said = await place.send(embed=embed, view=view, file=file, nonce="n" * 25)
        assert pretend.said[0].embeds[0]["image"]["url"] == said.attachments[0].url
        assert pretend.said[0].attachments[0]["description"] == "a picture"
        await said.edit(content="changed", embed=None)
        assert (pretend.said[0].content, pretend.said[0].embeds) == ("changed", [])
        await said.add_reaction("✅")
        await said.remove_reaction("✅", discord.Object(int(pretend.world.me.id)))
        greeted = await place.send(
            f"welcome {ada.mention}",
            allowed_mentions=discord.AllowedMentions(users=[discord.Object(int(ada.id))]),
        )
        assert pretend.said[1].pings == {ada.id}
        assert [each.id async for each in place.history(limit=10)] == [greeted.id, said.id]
        assert [each.id async for each in place.history(after=said)] == [greeted.id]

        tea.archive(thread)
        post = await client.fetch_channel(int(thread.id))
        assert isinstance(post, discord.Thread)
        assert post.archived
        tag = discord.Object(int(forum.tags[0].id))
        await post.edit(archived=False, applied_tags=[tag])  # type: ignore[list-item] # Its id is all it needs.
        assert thread.applied == [forum.tags[0].id]
        assert [each.id async for each in post.history()] == [int(first.id)]
        told = await client.fetch_user(int(ada.id))
        await told.send("hello")
        assert [each.content for each in ada.inbox] == ["hello"]
        guild = client.get_guild(int(tea.id))
        assert guild is not None
        assert {member.name for member in [each async for each in guild.fetch_members()]} >= {"ada", "hearth"}
        assert len(await guild.chunk()) == 3
        assert [each.id for each in await guild.active_threads()] == [int(thread.id)]
        info = await client.application_info()
        assert info.flags.gateway_guild_members_limited
        assert info.flags.gateway_message_content_limited
        with pytest.raises(discord.NotFound):
            await place.fetch_message(1)


class Asking(discord.ui.Modal, title="About you"):
    """A form with one field."""

    answer: discord.ui.TextInput[discord.ui.View] = discord.ui.TextInput(label="Your answer", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"you said {self.answer.value}", ephemeral=True)


async def test_commands_buttons_selects_and_forms(pretend: PretendDiscord) -> None:
    tea = pretend.server("Tea")
    general = tea.channel("general")
    ada, bob = tea.person("Ada"), tea.person("Bob")
    client = Client(ALL)
    tree = app_commands.CommandTree(client)
    group = app_commands.Group(name="community", description="All about this community")

    @group.command(name="ask", description="Ask something")
    async def ask(interaction: discord.Interaction, where: discord.TextChannel, topic: str = "") -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Fill in", custom_id="fill"))
        view.add_item(discord.ui.ChannelSelect(placeholder="Where?", custom_id="where"))
        view.add_item(
            discord.ui.Select(
                placeholder="What?", custom_id="what", options=[discord.SelectOption(label="Tea", value="t")]
            )
        )
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(f"{where.name} {topic}", view=view)

    @ask.autocomplete("topic")
    async def suggest(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed.upper(), value=typed)]

    @tree.context_menu(name="Mark as answered")
    async def mark(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(message.content)

    tree.add_command(group)

    async def acted(interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        if interaction.type is not discord.InteractionType.component:
            return
        if data["custom_id"] == "fill":
            await interaction.response.send_modal(Asking())
        elif data["custom_id"] == "where":
            await interaction.response.edit_message(content=f"chose {data['values']}", view=None)

    client.on_interaction = acted  # type: ignore[attr-defined] # As discord.py wants to be told.
    async with connected(pretend, client):
        await client.hears("ready")
        await tree.sync()
        typed = ada.types(general, "community ask", "topic", "pots")
        await pretend.until(lambda: typed.choices)
        assert [choice["name"] for choice in typed.choices] == ["POTS"]

        given = ada.runs(general, "community ask", where=general, topic="pots")
        await pretend.until(lambda: given.shown)
        shown = given.shown[0]
        assert shown.content == "general pots"
        assert shown.flags & EPHEMERAL
        assert shown in tea.seen_by(ada, general)
        assert shown not in tea.seen_by(bob, general)
        with pytest.raises(AssertionError):
            bob.presses(shown, "Fill in")
        with pytest.raises(AssertionError):
            ada.presses(shown, "Empty")

        pressed = ada.presses(shown, "Fill in")
        await pretend.until(lambda: pressed.form)
        sent = ada.submits(pressed, Your_answer="green")
        await pretend.until(lambda: sent.shown)
        assert sent.shown[0].content == "you said green"
        ada.chooses(shown, "Where?", general)
        await pretend.until(lambda: shown.content.startswith("chose"))
        assert shown.content == f"chose ['{general.id}']"

        asked = bob.says(general, "who?")
        used = ada.uses("Mark as answered", asked)
        await pretend.until(lambda: used.shown)
        assert used.shown[0].content == "who?"
        assert used.shown[0] in tea.seen_by(bob, general)


async def test_a_client_resumes_after_its_line_broke(pretend: PretendDiscord) -> None:
    tea = pretend.server("Tea")
    general = tea.channel("general")
    ada = tea.person("Ada")
    client = Client(ALL)
    async with connected(pretend, client):
        await client.hears("ready")
        await pretend.gateway.drop()
        ada.says(general, "did you hear?")
        assert (await client.hears("message")).content == "did you hear?"
        assert (pretend.gateway.identified, pretend.gateway.resumed) == (1, 1)


async def test_a_client_begins_anew_where_its_session_was_forgotten(pretend: PretendDiscord) -> None:
    tea = pretend.server("Tea")
    general = tea.channel("general")
    ada = tea.person("Ada")
    client = Client(ALL)
    async with connected(pretend, client):
        await client.hears("ready")
        pretend.gateway.invalidate(resumable=False)
        ada.says(general, "lost")
        await pretend.until(lambda: pretend.gateway.identified == 2)
        await client.hears("ready", 2)
        ada.says(general, "heard")
        assert (await client.hears("message")).content == "heard"


async def test_without_the_intents_words_and_joins_are_hidden() -> None:
    pretend = PretendDiscord(granted=0)
    await pretend.start()
    tea = pretend.server("Tea")
    general = tea.channel("general")
    ada = tea.person("Ada")
    intents = discord.Intents(guilds=True, messages=True)
    client = Client(intents)
    async with connected(pretend, client):
        await client.hears("ready")
        tea.joins("Eve")
        ada.says(general, "a secret")
        ada.says(general, f"<@{pretend.world.me.id}> hello")
        assert (await client.hears("message", 2)).content.endswith("hello")
        assert next(about.content for name, about in client.heard if name == "message") == ""
        assert "member_join" not in [name for name, _ in client.heard]
        place = client.get_channel(int(general.id))
        assert isinstance(place, discord.TextChannel)
        assert [each.content async for each in place.history()][1] == ""
        guild = client.get_guild(int(tea.id))
        assert guild is not None
        with pytest.raises(discord.ClientException):
            await guild.chunk()
        info = await client.application_info()
        assert not info.flags.gateway_guild_members_limited
    await pretend.close()


@pytest.mark.parametrize("asked", [{"members": True}, {"message_content": True}])
async def test_asking_for_an_intent_that_was_not_granted_ends_it(asked: dict[str, bool]) -> None:
    pretend = PretendDiscord(granted=CONTENT if "members" in asked else MEMBERS)
    await pretend.start()
    client = Client(discord.Intents(guilds=True, **asked))
    async with connected(pretend, client):
        await pretend.until(lambda: pretend.gateway.closes)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.connect()
    assert pretend.gateway.closes[0] == 4014
    await pretend.close()


async def test_servers_are_shared_out_among_shards(pretend: PretendDiscord) -> None:
    shards: dict[int, str] = {}
    for name in "ABCDEF":
        shards[int(pretend.server(name).id) >> 22] = name
        pretend.pass_by(milliseconds=1)
    pretend.gateway.shards = 2
    heard: list[Client] = [Client(ALL, shard_id=number, shard_count=2) for number in range(2)]
    async with connected(pretend, heard[0]), connected(pretend, heard[1]):
        for client in heard:
            await client.hears("ready")
        for number, client in enumerate(heard):
            names = {guild.name for guild in client.guilds}
            assert names == {name for key, name in shards.items() if key % 2 == number}


async def test_limits_are_kept_by_discord_py_itself(pretend: PretendDiscord) -> None:
    tea = pretend.server("Tea")
    general = tea.channel("general")
    client = Client(ALL)
    async with connected(pretend, client):
        await client.hears("ready")
        place = client.get_channel(int(general.id))
        assert isinstance(place, discord.TextChannel)
        await asyncio.gather(*(place.send(f"{number}") for number in range(12)))
    assert len(pretend.said) == 12
