def test_handover(towns, desk):
    o=desk.offered()
    towns.settle()
    print(desk.states(o.referral), towns.parked("molenbeek"), towns.parked("vilvoorde"))
    desk.open("molenbeek",o.referral); desk.accept("molenbeek",o.referral)
    print(desk.custodians())
    towns.settle()
    print(desk.states(o.referral), desk.custodians(), towns.parked("molenbeek"), towns.parked("vilvoorde"))
    print(desk.said("vilvoorde",o.referral), desk.said("molenbeek",o.referral))
    assert 0
