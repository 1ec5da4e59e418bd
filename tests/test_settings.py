"""What an operator may write in config.yaml and the environment, and the exact line for each mistake."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

import settings
from giving import money, people
from launch.service.rails import rails_of
from settings import Settings, SettingsError, load, masked, missing_for_run, reading, render, words

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:AAF-example_of_a_bot_token_0123456789"
SANDBOX = {"YIZAN_RAILS__ENABLED": "sandbox", "YIZAN_TELEGRAM__TOKEN": TOKEN}


@pytest.fixture
def config(tmp_path):
    def write(text):
        file = tmp_path / "config.yaml"
        file.write_text(text, "utf-8")
        return file

    return write


def problems(path: Path | None, environ: Mapping[str, str] | None = None) -> list[str]:
    """The lines of the refusal, with the file's folder left out."""
    with pytest.raises(SettingsError) as refusal:
        load(path, environ or {})
    assert str(refusal.value) == "\n".join(refusal.value.lines)
    assert refusal.value.__cause__ is None
    return [line.replace(f"{path.parent}/", "") if path else line for line in refusal.value.lines]


def flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield before + key, value


# --- config.yaml ---


def test_config_yaml_holds_every_setting_with_its_default_and_nothing_else():
    written = dict(flat(yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))))
    defaults = dict(flat(Settings().model_dump(mode="json")))

    assert written == {key: value for key, value in defaults.items() if key not in settings.SECRETS}
    assert set(settings.SECRETS) <= set(defaults)


def test_config_yaml_names_the_variable_of_every_secret_in_a_comment():
    text = (ROOT / "config.yaml").read_text("utf-8")
    for key in settings.SECRETS:
        name = key.rpartition(".")[2]
        comments = [line.strip() for line in text.splitlines() if line.strip().startswith(f"# {name}:")]
        assert len(comments) == 1
        assert comments[0].endswith("YIZAN_" + key.upper().replace(".", "__"))


def test_without_a_path_the_file_beside_main_is_read():
    assert load(None, {}) == Settings()


def test_without_any_file_the_defaults_hold(monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "DEFAULT_FILE", tmp_path / "config.yaml")
    assert load(None, {}) == Settings()


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "web:\n", "telegram:\n  token:\n", "rails:\n  sandbox:\n"])
def test_an_empty_file_group_or_secret_means_the_defaults(config, text):
    assert load(config(text), {}) == Settings()


def test_a_file_may_begin_with_a_byte_order_mark_and_hold_chinese(config):
    assert load(config("\ufefflegal: {basis: 慈善法第二十二条}"), {}).legal.basis == "慈善法第二十二条"


# --- precedence ---


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(config):
    file = config("web: {host: 0.0.0.0, port: 9000}")

    found = load(file, {"YIZAN_WEB__PORT": "9001"})

    assert (found.web.host, found.web.port, found.web.public_url) == ("0.0.0.0", 9001, "")


def test_a_path_wins_over_yizan_config_which_wins_over_the_file_beside_main(config, tmp_path):
    named = tmp_path / "other.yaml"
    named.write_text("language: en")
    environ = {"YIZAN_CONFIG": str(named)}

    assert load(None, environ).language == "en"
    assert load(config("language: zh-CN"), environ).language == "zh-CN"
    assert load(None, {"YIZAN_CONFIG": ""}).language == "zh-CN"


@pytest.mark.parametrize("code", ["ABC", "KWD", "CNH", "cny", ""])
def test_a_currency_we_do_not_know_is_refused_before_anything_starts(code):
    with pytest.raises(SettingsError, match=r"YIZAN_TIPS__CURRENCY: unknown currency, known: AED.*CNY"):
        load(None, {"YIZAN_TIPS__CURRENCY": code})


def test_the_currencies_are_those_of_money():
    assert set(words.CURRENCIES) == set(money.DECIMALS)


def test_the_languages_are_those_of_the_people():
    assert words.LANGUAGES == people.LANGUAGES


def test_the_processs_own_environment_is_not_read(monkeypatch):
    monkeypatch.setenv("YIZAN_WEB__PORT", "9001")
    monkeypatch.setenv("LANGUAGE", "en")
    assert load(None, {}) == Settings()
    assert (Settings().web.port, Settings().language) == (8081, "zh-CN")


@pytest.mark.parametrize(
    ("variable", "text", "found"),
    [
        (
            "YIZAN_TELEGRAM__API_BASE",
            "http://127.0.0.1:8081/",
            lambda s: s.telegram.api_base == "http://127.0.0.1:8081",
        ),
        ("YIZAN_DATABASE__URL", "postgresql://u:p@db/yizan", lambda s: s.database.url == "postgresql://u:p@db/yizan"),
        (
            "YIZAN_DATABASE__URL",
            "postgresql:///yizan?host=/run/postgresql",
            lambda s: s.database.url.endswith("?host=/run/postgresql"),
        ),
        ("YIZAN_OWNERS", "123, 456", lambda s: s.owners == (123, 456)),
        ("YIZAN_OWNERS", "[123, 456]", lambda s: s.owners == (123, 456)),
        ("YIZAN_OWNERS", "", lambda s: s.owners == ()),
        ("YIZAN_RAILS__ENABLED", "sandbox", lambda s: s.rails.enabled == ("sandbox",)),
        ("YIZAN_RAILS__ENABLED", '["sandbox"]', lambda s: s.rails.enabled == ("sandbox",)),
        ("YIZAN_TIPS__PRESETS_MINOR", "200,300", lambda s: s.tips.presets_minor == (200, 300)),
        ("YIZAN_QUIET_HOURS", "", lambda s: s.quiet is None),
        ("YIZAN_QUIET_HOURS", "23:30-07:00", lambda s: s.quiet == (dt.time(23, 30), dt.time(7))),
        ("YIZAN_TELEGRAM__TOKEN", f" {TOKEN}\n", lambda s: s.telegram.token.get_secret_value() == TOKEN),
        ("YIZAN_TELEGRAM__TOKEN", "", lambda s: s.telegram.token is None),
        ("YIZAN_LOGS__FORMAT", "json", lambda s: s.logs.format == "json"),
        ("HOME", "/root", lambda s: s == Settings()),
    ],
)
def test_a_variable_sets_its_setting(variable, text, found):
    assert found(load(None, {variable: text}))


@pytest.mark.parametrize(
    ("variable", "content", "value"),
    [
        ("YIZAN_TELEGRAM__TOKEN_FILE", f"{TOKEN}\n", lambda s: s.telegram.token.get_secret_value() == TOKEN),
        ("YIZAN_RAILS__SANDBOX__KEY_FILE", "  k \r\n", lambda s: s.rails.sandbox.key.get_secret_value() == "k"),
        ("YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET_FILE", "w", lambda s: s.rails.sandbox.webhook_secret is not None),
        ("YIZAN_DATABASE__URL_FILE", "postgresql://u:p@h/db\n", lambda s: s.database.url == "postgresql://u:p@h/db"),
    ],
)
def test_a_secret_can_come_from_a_file_without_the_space_around_it(tmp_path, variable, content, value):
    (tmp_path / "secret").write_text(content)
    assert value(load(None, {variable: str(tmp_path / "secret")}))


def test_links_begin_with_the_public_url_or_else_with_host_and_port():
    assert Settings().web.link_base == "http://127.0.0.1:8081"
    assert load(None, {"YIZAN_WEB__HOST": "::1"}).web.link_base == "http://[::1]:8081"
    assert (
        load(None, {"YIZAN_WEB__PUBLIC_URL": "https://give.example.org/"}).web.link_base == "https://give.example.org"
    )


def test_settings_are_frozen():
    found = Settings()
    with pytest.raises(ValidationError):
        found.language = "en"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        found.web.port = 1  # type: ignore[misc]


# --- mistakes ---

NO_SECRET = "a secret is never written here; set"
NOT_URL = "must be an address such as https://example.org"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("web: {prot: 1}", "config.yaml: web.prot: unknown key, did you mean web.port?"),
        ("telegramm: {}", "config.yaml: telegramm: unknown key, did you mean telegram?"),
        ("port: 1", "config.yaml: port: unknown key, did you mean web.port?"),
        (
            "web: {zzz: 1}",
            "config.yaml: web.zzz: unknown key, known here: "
            "host, port, public_url, metrics_host, metrics_port, drain_s, proxies",
        ),
        (
            "rails: {sandbox: {webhook_secrt: x}}",
            "config.yaml: rails.sandbox.webhook_secrt: unknown key, did you mean rails.sandbox.webhook_secret?",
        ),
        ("web: {port: 99999}", "config.yaml: web.port: must be at most 65535, not 99999"),
        ("web: {port: -1}", "config.yaml: web.port: must be at least 0, not -1"),
        ("web: {port: yes}", "config.yaml: web.port: must be a whole number"),
        ("web: {port: 80.5}", "config.yaml: web.port: must be a whole number"),
        ("web: {port: }", "config.yaml: web.port: must be a whole number"),
        ("web: {host: ''}", "config.yaml: web.host: must not be empty"),
        ("web: 8081", "config.yaml: web: must be a group, with its settings indented below it"),
        ("web: {public_url: example.org}", f"config.yaml: web.public_url: {NOT_URL}"),
        ("telegram: {api_base: 'ftp://x'}", f"config.yaml: telegram.api_base: {NOT_URL}"),
        ("telegram: {api_base: 'http://[::1'}", f"config.yaml: telegram.api_base: {NOT_URL}"),
        ("telegram: {api_base: 'http://h:port'}", f"config.yaml: telegram.api_base: {NOT_URL}"),
        ("telegram: {poll_timeout_s: 0}", "config.yaml: telegram.poll_timeout_s: must be at least 1, not 0"),
        ("database: {url: mysql://h/d}", "config.yaml: database.url: must start with sqlite:/// or postgresql://"),
        ("owners: 5", "config.yaml: owners: must be a list, such as [1, 2]"),
        ("owners: [1, x]", "config.yaml: owners[1]: must be a whole number"),
        ("owners: [0]", "config.yaml: owners[0]: must be at least 1, not 0"),
        ("owners: [1, 1]", "config.yaml: owners: holds the same value twice"),
        ("language: no", "config.yaml: language: must be text; put it in quotes"),
        ("language: zh_CN", "config.yaml: language: unknown language, did you mean zh-CN?"),
        ("language: en-GB", "config.yaml: language: unknown language, did you mean en?"),
        ("language: fr", "config.yaml: language: unknown language, known: zh-CN, en"),
        ("timezone: Asia/Shangai", "config.yaml: timezone: unknown timezone, did you mean Asia/Shanghai?"),
        ("timezone: Asia", "config.yaml: timezone: unknown timezone, it must be a name such as Asia/Shanghai"),
        ("timezone: ../x", "config.yaml: timezone: unknown timezone, it must be a name such as Asia/Shanghai"),
        ("timezone: ''", "config.yaml: timezone: unknown timezone, it must be a name such as Asia/Shanghai"),
        ("quiet_hours: 22-8", 'config.yaml: quiet_hours: must look like 22:00-08:00, or be "" for none'),
        ("quiet_hours: 24:00-08:00", 'config.yaml: quiet_hours: must look like 22:00-08:00, or be "" for none'),
        ("quiet_hours: 08:00-08:00", 'config.yaml: quiet_hours: must look like 22:00-08:00, or be "" for none'),
        (
            "tips: {currency: yuan}",
            f"config.yaml: tips.currency: unknown currency, known: {', '.join(words.CURRENCIES)}",
        ),
        ("tips: {presets_minor: []}", "config.yaml: tips.presets_minor: must not be empty"),
        (
            "tips: {presets_minor: [50]}",
            "config.yaml: tips.presets_minor: must lie between tips.least_minor (100) and tips.most_minor (5000000)",
        ),
        (
            "tips: {least_minor: 200}",
            "config.yaml: tips.presets_minor: must lie between tips.least_minor (200) and tips.most_minor (5000000)",
        ),
        ("tips: {most_minor: 99}", "config.yaml: tips.most_minor: must not be below tips.least_minor"),
        (
            "notices: {counters_per_second: 31}",
            "config.yaml: notices.counters_per_second: must not be above notices.messages_per_second",
        ),
        ("logs: {level: loud}", "config.yaml: logs.level: must be 'debug', 'info', 'warning' or 'error'"),
        ("legal: {contact: 12345}", "config.yaml: legal.contact: must be text; put it in quotes"),
        (
            f"telegram: {{token: '{TOKEN}'}}",
            f"config.yaml: telegram.token: {NO_SECRET} YIZAN_TELEGRAM__TOKEN or YIZAN_TELEGRAM__TOKEN_FILE",
        ),
        (
            "rails: {sandbox: {key: k}}",
            f"config.yaml: rails.sandbox.key: {NO_SECRET} YIZAN_RAILS__SANDBOX__KEY or YIZAN_RAILS__SANDBOX__KEY_FILE",
        ),
        (
            "database: {url: 'postgresql://u:hunter2@h/db'}",
            "config.yaml: database.url: a password is never written here; "
            "set YIZAN_DATABASE__URL or YIZAN_DATABASE__URL_FILE",
        ),
        ("[1]", "config.yaml: must hold groups of settings, such as web:"),
        ("just words", "config.yaml: must hold groups of settings, such as web:"),
        ("a: b: c", "config.yaml: line 1, column 5: mapping values are not allowed here"),
        ("web:\n\thost: x", "config.yaml: line 2, column 1: found character '\\t' that cannot start any token"),
        ("web: {port: 1}\nweb: {host: x}", "config.yaml: line 2, column 1: web is written twice"),
        ("5: x", "config.yaml: line 1, column 1: a key must be a word"),
        ("a: \x01", "config.yaml: is not YAML in UTF-8"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_naming_file_and_key(config, text, line):
    assert problems(config(text)) == [line]


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        (
            {"YIZAN_TELEGRAM_TOKEN": TOKEN},
            "YIZAN_TELEGRAM_TOKEN: unknown variable, did you mean YIZAN_TELEGRAM__TOKEN?",
        ),
        ({"YIZAN_TOKEN": TOKEN}, "YIZAN_TOKEN: unknown variable, did you mean YIZAN_TELEGRAM__TOKEN?"),
        ({"YIZAN_CONFG": "x"}, "YIZAN_CONFG: unknown variable, did you mean YIZAN_CONFIG?"),
        ({"YIZAN_DB_URL": "x"}, "YIZAN_DB_URL: unknown variable, did you mean YIZAN_DATABASE__URL?"),
        ({"YIZAN_QQQ": "x"}, "YIZAN_QQQ: unknown variable, config.yaml has every setting"),
        ({"YIZAN_WEB": "{}"}, "YIZAN_WEB: unknown variable, config.yaml has every setting"),
        ({"YIZAN_WEB__PORT": "http"}, "YIZAN_WEB__PORT: must be a whole number"),
        ({"YIZAN_WEB__PORT": ""}, "YIZAN_WEB__PORT: must be a whole number"),
        ({"YIZAN_WEB__PORT": "65536"}, "YIZAN_WEB__PORT: must be at most 65535, not 65536"),
        ({"YIZAN_OWNERS": "1,x"}, "YIZAN_OWNERS[1]: must be a whole number"),
        ({"YIZAN_OWNERS": "[1,"}, "YIZAN_OWNERS: must be a JSON list, or values with commas between"),
        ({"YIZAN_DATABASE__URL": TOKEN}, "YIZAN_DATABASE__URL: must start with sqlite:/// or postgresql://"),
        (
            {"YIZAN_TELEGRAM__TOKEN_FILE": "/nowhere/token"},
            "YIZAN_TELEGRAM__TOKEN_FILE: /nowhere/token: can't be read: No such file or directory",
        ),
        (
            {"YIZAN_TELEGRAM__TOKEN_FILE": "/dev/null"},
            "YIZAN_TELEGRAM__TOKEN_FILE: /dev/null: is empty",
        ),
        (
            {"YIZAN_TELEGRAM__TOKEN_FILE": "/dev/null", "YIZAN_TELEGRAM__TOKEN": TOKEN},
            "YIZAN_TELEGRAM__TOKEN_FILE: is set beside YIZAN_TELEGRAM__TOKEN; keep one of the two",
        ),
        (
            {"YIZAN_WEB__HOST_FILE": "/x"},
            "YIZAN_WEB__HOST_FILE: unknown variable, did you mean YIZAN_WEB__HOST?",
        ),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_naming_the_variable(environ, line):
    assert problems(None, environ) == [line]
    assert TOKEN not in line


def test_every_problem_is_told_at_once_and_the_variable_is_named_where_it_is_the_culprit(config):
    file = config("telegram: {token: x, tokn: y}\nweb: {port: 70000, host: 1}")

    assert problems(file, {"YIZAN_WEB__PORT": "80000", "YIZAN_ZZZ": "1"}) == [
        "config.yaml: telegram.token: a secret is never written here; "
        "set YIZAN_TELEGRAM__TOKEN or YIZAN_TELEGRAM__TOKEN_FILE",
        "config.yaml: telegram.tokn: unknown key, did you mean telegram.token?",
        "config.yaml: web.host: must be text; put it in quotes",
        "YIZAN_WEB__PORT: must be at most 65535, not 80000",
        "YIZAN_ZZZ: unknown variable, config.yaml has every setting",
    ]


def test_a_file_that_was_named_and_is_not_there_is_an_error(tmp_path):
    line = "gone.yaml: can't be read: No such file or directory"
    assert problems(tmp_path / "gone.yaml") == [line]
    assert problems(None, {"YIZAN_CONFIG": str(tmp_path / "gone.yaml")}) == [f"{tmp_path}/{line}"]


def test_a_folder_and_a_file_in_another_encoding_are_errors(tmp_path):
    (tmp_path / "latin.yaml").write_bytes("legal: {basis: Übung}".encode("latin-1"))
    (tmp_path / "folder").mkdir()
    assert problems(tmp_path / "latin.yaml") == ["latin.yaml: is not YAML in UTF-8"]
    assert problems(tmp_path / "folder") == ["folder: can't be read: Is a directory"]


# --- what run needs ---


def test_run_needs_a_token_and_nothing_else_by_default():
    assert missing_for_run(Settings()) == [
        "telegram.token: is not set; set YIZAN_TELEGRAM__TOKEN or YIZAN_TELEGRAM__TOKEN_FILE"
    ]
    assert missing_for_run(load(None, {"YIZAN_TELEGRAM__TOKEN": TOKEN})) == []


@pytest.mark.parametrize("token", ["123456789", "abc:def", ":def", "123:", "123:a b", "1２3:abc"])
def test_run_refuses_a_token_of_another_shape_without_repeating_it(token):
    assert missing_for_run(load(None, {"YIZAN_TELEGRAM__TOKEN": token})) == [
        "telegram.token: is not a bot token (digits, a colon, the rest); copy it again from @BotFather"
    ]


def test_the_sandboxs_card_is_a_rail_of_its_own_where_it_is_wanted():
    assert load(None, SANDBOX).rails.on == ("sandbox",)
    both = load(None, SANDBOX | {"YIZAN_RAILS__ENABLED": "sandbox,stars", "YIZAN_RAILS__SANDBOX__CARD": "true"})
    assert both.rails.on == ("sandbox", "sandbox_card", "stars")
    assert list(rails_of(both)) == list(both.rails.on)


def test_run_needs_the_secrets_of_the_rails_that_are_enabled():
    complete = {**SANDBOX, "YIZAN_RAILS__SANDBOX__KEY": "k", "YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET": "w"}

    assert missing_for_run(load(None, SANDBOX)) == [
        "rails.sandbox.key: is not set; set YIZAN_RAILS__SANDBOX__KEY or YIZAN_RAILS__SANDBOX__KEY_FILE",
        "rails.sandbox.webhook_secret: is not set; set YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET"
        " or YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET_FILE",
    ]
    assert missing_for_run(load(None, complete)) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [("sandbix", "did you mean sandbox?"), ("cash", "known: sandbox, stripe, wechat, alipay, stars, telegram")],
)
def test_run_refuses_a_rail_nobody_knows_and_names_the_nearest(name, hint):
    environ = {"YIZAN_RAILS__ENABLED": name, "YIZAN_TELEGRAM__TOKEN": TOKEN}
    assert missing_for_run(load(None, environ)) == [f"rails.enabled: no rail is called {name}, {hint}"]


STRIPE = {
    "YIZAN_RAILS__ENABLED": "stripe", "YIZAN_TELEGRAM__TOKEN": TOKEN, "YIZAN_RAILS__STRIPE__API_KEY": "sk_test_0a",
    "YIZAN_RAILS__STRIPE__SIGNING_SECRET": "whsec_a", "YIZAN_RAILS__STRIPE__CONNECT_SIGNING_SECRET": "whsec_b",
}  # fmt: skip


def test_run_refuses_a_stripe_key_of_the_other_mode_without_repeating_it():
    live = STRIPE | {"YIZAN_RAILS__STRIPE__LIVEMODE": "true"}
    assert missing_for_run(load(None, STRIPE)) == []
    assert missing_for_run(load(None, live)) == [
        "rails.stripe.api_key: is a key of test mode, and rails.stripe.livemode is true"
    ]
    assert missing_for_run(load(None, live | {"YIZAN_RAILS__STRIPE__API_KEY": "rk_live_0a"})) == []
    assert missing_for_run(load(None, STRIPE | {"YIZAN_RAILS__STRIPE__API_KEY": ""})) == [
        "rails.stripe.api_key: is not set; set YIZAN_RAILS__STRIPE__API_KEY or YIZAN_RAILS__STRIPE__API_KEY_FILE"
    ]


def test_modes_and_floors_of_stripe_are_read_from_the_environment_too():
    found = load(
        None,
        {
            "YIZAN_RAILS__STRIPE__MODES": "acct_1=destination, acct_2=transfers",
            "YIZAN_RAILS__STRIPE__LEAST_MINOR__CNY": "500",
        },
    ).rails.stripe
    assert found.mode_by_account == {"acct_1": "destination", "acct_2": "transfers"}
    assert (found.least_minor.CNY, found.least_minor.USD) == (500, 50)


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("API_KEY", "pk_test_0a", "must be sk_test_…, rk_test_…, sk_live_… or rk_live_…"),
        ("LIVEMODE", "maybe", "must be true or false"),
        ("MODES", "acct_1=gift", "must be like acct_1Ab2Cd=destination (direct, destination or transfers)"),
        ("MODES", "acct_1=direct,acct_1=transfers", "holds the same value twice"),
        ("PAGE_MINUTES", "1441", "must be at most 1430, not 1441"),
    ],
)
def test_a_mistake_about_stripe_is_one_line(variable, text, why):
    assert problems(None, {f"YIZAN_RAILS__STRIPE__{variable}": text}) == [f"YIZAN_RAILS__STRIPE__{variable}: {why}"]


# --- showing ---


def test_shown_settings_hide_every_secret_and_are_yaml():
    environ = {
        "YIZAN_TELEGRAM__TOKEN": TOKEN,
        "YIZAN_RAILS__SANDBOX__KEY": "hunter2",
        "YIZAN_DATABASE__URL": "postgresql://yizan:hunter2@db/yizan",
    }
    found = load(None, environ)

    shown = masked(found)

    assert shown["telegram"]["token"] == "•••• (set)"
    assert shown["rails"]["sandbox"] == {
        "api_base": "http://127.0.0.1:8080",
        "key": "•••• (set)",
        "webhook_secret": None,
        "card": False,
    }
    assert shown["database"]["url"] == "postgresql://yizan:••••@db/yizan"
    assert yaml.safe_load(render(found)) == shown
    assert "•••• (set)" in render(found)
    for text in (render(found), repr(found), str(found)):
        assert TOKEN not in text
        assert "hunter2" not in text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///var/yizan.db", "sqlite:///var/yizan.db"),
        ("postgresql://h:5432/db", "postgresql://h:5432/db"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("postgresql://u:p@h/db", "postgresql://u:••••@h/db"),
        ("postgresql://:p@h/db", "postgresql://:••••@h/db"),
        ("postgresql://u:p@ss/w:rd@h/db", "postgresql://u:••••@h/db"),
        ("postgresql:///db?host=/run&password=p&user=u", "postgresql:///db?host=/run&password=••••&user=u"),
    ],
)
def test_a_database_urls_password_is_hidden_and_nothing_else(url, shown):
    assert settings.without_password(url) == shown


def test_settings_know_neither_aiogram_nor_sqlalchemy_nor_anything_of_ours():
    strangers = ("aiogram", "aiohttp", "sqlalchemy", "logs", "structlog", "giving", "storage", "services", "bot", "web")
    code = f"import sys, settings; print([name for name in {strangers} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# --- rails inside Telegram ---


STARS = {"YIZAN_RAILS__ENABLED": "stars", "YIZAN_TELEGRAM__TOKEN": TOKEN, "YIZAN_TIPS__CURRENCY": "XTR"}
READ = "I have read docs/rails.md: Stars and charity"


@pytest.mark.parametrize("said", ["", "yes", "true", READ.lower(), f"{READ}."])
def test_stars_run_only_where_the_operator_says_word_for_word_what_was_read(said):
    (line,) = missing_for_run(load(None, STARS | {"YIZAN_RAILS__STARS__ACKNOWLEDGED": said}))
    assert line.startswith("rails.stars.acknowledged: Telegram's terms read against charity")
    assert line.endswith(READ)


def test_what_is_to_be_read_is_there():
    assert "## Stars and charity" in (ROOT / "docs" / "rails.md").read_text("utf-8")
    assert missing_for_run(load(None, STARS | {"YIZAN_RAILS__STARS__ACKNOWLEDGED": READ})) == []


def test_stars_have_a_rate_in_the_currency_that_gifts_are_in():
    environ = STARS | {"YIZAN_RAILS__STARS__ACKNOWLEDGED": READ, "YIZAN_TIPS__CURRENCY": "CNY"}
    assert missing_for_run(load(None, environ)) == []
    (line,) = missing_for_run(load(None, environ | {"YIZAN_RAILS__STARS__RATE_CURRENCY": "USD"}))
    assert line.startswith("rails.stars.rate_currency: must be tips.currency")


def test_a_providers_token_is_a_secret_that_has_to_be_there_and_carries_no_stars():
    environ = {"YIZAN_RAILS__ENABLED": "telegram", "YIZAN_TELEGRAM__TOKEN": TOKEN}
    (line,) = missing_for_run(load(None, environ))
    assert line.startswith("rails.telegram.provider_token: is not set")
    given = environ | {"YIZAN_RAILS__TELEGRAM__PROVIDER_TOKEN": "284685063:TEST:hunter2"}
    assert missing_for_run(load(None, given)) == []
    assert "hunter2" not in render(load(None, given))
    (line,) = missing_for_run(load(None, given | {"YIZAN_TIPS__CURRENCY": "XTR"}))
    assert line.startswith("rails.telegram: carries money only")


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("YIZAN_RAILS__STARS__RATE_STARS", "0", "must be at least 1"),
        ("YIZAN_RAILS__STARS__RATE_CURRENCY", "XTR", "must be a currency, not Stars"),
        ("YIZAN_RAILS__TELEGRAM__MOST_MINOR", "699", "must not be below rails.telegram.least_minor"),
    ],
)
def test_rates_and_limits_inside_telegram_are_checked(variable, text, words):
    with pytest.raises(SettingsError, match=words):
        load(None, {variable: text})
