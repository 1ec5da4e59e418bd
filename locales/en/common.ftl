# Words, buttons and commands used everywhere, and what to say when there is nothing else to say.
# Only messages without HTML may stand on buttons and in alerts.

language-name = English
bot-name = Yizan
bot-about = Turns a tip into a gift: every cent is credited to the project, and anyone can check.
bot-description =
    Yizan turns a tip into a gift.

    Tap ¥1 under a channel post, and 100% goes to the charity project its creator chose. Every gift has a receipt that anyone can check.

    Creators: add me to your channel. It takes two minutes.

test-money = Test money · nothing real is charged
test-money-short = {" "}(test money)
one-moment = One moment: your earlier taps come first.
one-at-a-time = That was quick! Your first messages come first. Please send again later what gets no answer.
someone = A kind person
page-of = { $number } / { $pages }

## Buttons

button-other = Other
button-give = Give to a project
button-my-gifts = My gifts
button-creators = I'm a creator
button-search = Search
button-all-projects = All projects
button-back = Back
button-previous = ‹ Previous
button-next = Next ›
button-leave = Never mind
button-project-page = Project page
button-add-bot = Add me to a channel
button-designated-page = Give on its official page

## Commands

command-start = Start over
command-give = Choose a project and give
command-gifts = Everything I have given
command-charity = Creators: charity tips for your channel or group
command-language = Language · 换语言
command-help = What I can do for you

## Greetings and help

welcome =
    Hello, I'm Yizan ❤ I turn tips into gifts.

    { welcome-promises }
welcome-promises =
    · What you give is credited to the project: 100%. The operator pays the fees.
    · You choose how the list of gifts shows you: hide your name, or the amount.
    · I write only when you ask, or when it's about your money. No ads.
welcome-next = What would you like to do?
welcome-back = Good to see you again ❤ What would you like to do?
help =
    <b>To give</b>
    Tap an amount under a channel post, or send /give to choose a project.
    /monthly gives a little every month, and stops with one tap.
    /gifts shows everything you have given, with receipts; /recap looks back at a year, /statement lists it.

    <b>For creators</b>
    Add me to your channel as an administrator, or to your group, then send /charity. In a group, reply to a message with /tip; /slot opens a page of your own, and /circle shows who gives monthly with you. 100% of every tip is credited to the project you choose; you never handle the money.

    /language changes the language
unknown-text = I didn't catch that, but here is what I can do:
unknown-command = There is no such command. Try one of these, or send /help.
unknown-kind = Got it, but I only understand text and buttons. You can:
unknown-button = This button no longer works. Send /start to begin again.
dialog-left = All right, never mind.
language-choose = Which language do you prefer?
language-chosen = Fine, I'll speak English from now on.
